/** Two replicas of the bridge behind one address, and what happens to them and to all that they speak to. */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePorts } from '../../brokers/ports.ts'
import { temporaryFolder } from '../../brokers/watchdog.ts'
import { openBalancer } from './balancer.ts'
import type { Cast } from './cast/cast.ts'
import { KAFKA_CLIENT } from './cast/kafka.ts'
import type { Found } from './cast/server.ts'
import { configure, PATH, TOLERANCE_MS } from './configuration.ts'
import { forge } from './forger.ts'
import { type Happened, play, type Stage } from './play.ts'
import { prepareReplica, type Replica } from './replica.ts'
import { type Plot, schedule } from './schedule.ts'
import { type Answered, hasArrived, type Sent, send } from './sender.ts'

/** What a run is told: all of the plot but what the configuration says. */
export type Story = Omit<Plot, 'tolerance'>

/** An episode as it was. Times are those of `performance.now()`. */
export interface Chapter {
  readonly begin: number
  /** When all was mended, and all was acknowledged or given up. */
  readonly end: number
  readonly faults: readonly Happened[]
  readonly sent: readonly Sent[]
}

/** All that the senders were told, and all that the consumers have found. */
export interface Chronicle {
  readonly chapters: readonly Chapter[]
  readonly forged: readonly Answered[]
  /** By the destination's name, fallback and dead letter among them. */
  readonly found: Readonly<Record<string, readonly Found[]>>
  /** What the replicas have logged as faults of their own. */
  readonly complaints: readonly string[]
}

/** How long senders go on once all is mended. */
const PATIENCE_MS = 60_000
const READY_WITHIN_MS = 30_000

/** Plays it all. A chapter in which something was never acknowledged is the last. */
export async function tell(story: Story, cast: Cast, onChapter: (chapter: Chapter) => void): Promise<Chronicle> {
  const folder = temporaryFolder('chaos-')
  const file = join(folder.path, 'bridge.yaml')
  // Every other story has the other client. Replicas with different options would not share what they remember.
  const env = { ...configure(file, cast), [KAFKA_CLIENT]: story.seed % 2 === 0 ? 'platformatic' : 'kafkajs' }
  const [one = 0, two = 0] = await freePorts(2)
  const replicas = { 'replica 1': prepareReplica(one, file, env), 'replica 2': prepareReplica(two, file, env) }
  const all = Object.values(replicas)
  const balancer = await openBalancer([one, two])
  try {
    await Promise.all(all.map(replica => replica.start()))
    const url = `http://127.0.0.1:${balancer.port}${PATH}`
    const { chapters, forged } = await perform(story, { cast, replicas }, url, onChapter)
    await Promise.all(all.map(replica => replica.drain()))
    const complaints = all.flatMap(replica => replica.complaints)
    const forgetful = all.flatMap(replica => replica.forgetful)
    return {
      chapters: chapters.map(each => withLapses(each, forgetful)),
      forged,
      found: await readAll(cast),
      complaints
    }
  } finally {
    await Promise.all(all.map(replica => replica.kill()))
    await balancer.close()
    await folder.remove()
  }
}

async function perform(
  story: Story,
  stage: Stage,
  url: string,
  onChapter: (chapter: Chapter) => void
): Promise<Pick<Chronicle, 'chapters' | 'forged'>> {
  const chapters: Chapter[] = []
  const ending = new AbortController()
  const forging = forge(url, () => chapters.at(-1)?.sent[0]?.id ?? 'msg', ending.signal)
  try {
    for (const [index, { load, faults }] of schedule({ ...story, tolerance: TOLERANCE_MS }).entries()) {
      await Promise.all(Object.values(stage.replicas).map(ready))
      const begin = performance.now()
      const givingUp = new AbortController()
      const sending = { ...story, url, name: `msg_${index}`, seed: story.seed + index, signal: givingUp.signal }
      const played = play(faults, stage).finally(() => {
        setTimeout(() => givingUp.abort(), PATIENCE_MS).unref()
      })
      const [sent, happened] = await Promise.all([send(load, sending), played])
      const chapter = { begin, end: performance.now(), faults: happened, sent }
      chapters.push(chapter)
      onChapter(chapter)
      if (!sent.every(hasArrived)) break
    }
  } finally {
    ending.abort()
  }
  return { chapters, forged: await forging }
}

/** Resolves when a replica is connected, which it has to be soon after all is mended. */
async function ready(replica: Replica): Promise<void> {
  const deadline = performance.now() + READY_WITHIN_MS
  while (!(await fetch(`http://127.0.0.1:${replica.port}/health/ready`)).ok) {
    if (performance.now() > deadline) throw new Error('A replica was not ready in time.')
    await sleep(50)
  }
}

/** Where the machine is so busy that Redis is late for a replica, that is a fault as any other of Redis. */
function withLapses(chapter: Chapter, forgetful: readonly number[]): Chapter {
  const { begin, end, faults } = chapter
  if (faults.some(({ victim }) => victim === 'redis')) return chapter
  const lapses = forgetful.filter(at => begin <= at && at <= end)
  const late = lapses.map((at): Happened => ({ kind: 'redis late', victim: 'redis', begin: at - LATE_MS, end }))
  return { ...chapter, faults: [...faults, ...late] }
}

/** How long a replica waits for Redis, and some more. */
const LATE_MS = 100

async function readAll({ places }: Cast): Promise<Chronicle['found']> {
  const found: Record<string, readonly Found[]> = {}
  for (const place of Object.values(places)) {
    for (const name of Object.keys(place.destinations)) found[name] = await place.read(name)
  }
  return found
}
