/** What the faults of the schedule do, and how they are mended. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Cast } from './cast/cast.ts'
import type { Server } from './cast/server.ts'
import { type Fault, kindOf, type ReplicaName, type ReplicaTrouble, type ServerTrouble } from './fault.ts'
import type { Replica } from './replica.ts'

/** A fault that was. Times are those of `performance.now()`. */
export interface Happened {
  readonly kind: string
  readonly victim: Fault['victim']
  readonly begin: number
  /** When it was mended: started again, and listening, if it had been ended. */
  readonly end: number
}

export interface Stage {
  readonly cast: Cast
  readonly replicas: Readonly<Record<ReplicaName, Replica>>
}

/** Far too slow for what Redis may take, and no reason for a destination to refuse. */
const SLOW_MS = 200

/** Lets these faults happen. Resolves when all are mended. */
export function play(faults: readonly Fault[], stage: Stage): Promise<Happened[]> {
  return Promise.all(
    faults.map(async fault => {
      await sleep(fault.after)
      const begin = performance.now()
      const mend = await hurt(fault, stage)
      await sleep(fault.lasts)
      await mend()
      return { kind: kindOf(fault), victim: fault.victim, begin, end: performance.now() }
    })
  )
}

type Mend = () => unknown

function hurt(fault: Fault, { cast, replicas }: Stage): Promise<Mend> {
  switch (fault.victim) {
    case 'replicas':
      return hurtReplicas(Object.values(replicas), fault.trouble)
    case 'replica 1':
    case 'replica 2':
      return hurtReplicas([replicas[fault.victim]], fault.trouble)
    default:
      return hurtServer(cast.servers[fault.victim], fault.trouble)
  }
}

async function hurtReplicas(replicas: readonly Replica[], trouble: ReplicaTrouble): Promise<Mend> {
  await Promise.all(replicas.map(replica => (trouble === 'killed' ? replica.kill() : replica.drain())))
  return () => Promise.all(replicas.map(replica => replica.start()))
}

async function hurtServer(server: Server, trouble: ServerTrouble): Promise<Mend> {
  const { proxy, latency } = server
  const heal = () => proxy.delay(latency)
  switch (trouble) {
    case 'killed':
      await server.kill()
      return server.revive
    case 'frozen':
      server.freeze()
      return server.thaw
    case 'refusing':
      await proxy.refuse()
      return heal
    case 'resetting':
      await proxy.reset()
      return heal
    case 'mute':
      await proxy.holdAnswers()
      return () => {
        // What was held is lost with its connections.
        proxy.cut()
        return heal()
      }
    case 'slow':
      await proxy.delay(SLOW_MS)
      return heal
  }
}
