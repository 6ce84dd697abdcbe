/** How much memory a fresh bridge takes when idle, and over many connections: with the heap of a container of 256 MB. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Choice } from './contender.ts'
import { CONTENDERS, isThere, openKafka, programOf } from './kafka.ts'
import { measure } from './measure.ts'
import { rss } from './process.ts'
import { startServer } from './server.ts'

export interface Resident {
  readonly contender: string
  /** MiB. */
  readonly idle: number
  readonly peak: number
  readonly rate: number
}

export const MANY_CONNECTIONS = 512
/** Longer than anything that only happens after the start. */
const SETTLED_MS = 3000

export async function measureResident(choice: Choice, seconds: number): Promise<Resident[]> {
  const kafka = await openKafka()
  const found: Resident[] = []
  try {
    for (const contender of CONTENDERS) {
      if (!('options' in contender) || !isThere(contender, choice.note)) continue
      const topic = contender.name.replaceAll(/\W+/g, '-')
      await kafka.createTopic(topic)
      const server = await startServer(programOf({ ...contender, small: true }, choice.main, kafka.brokers, topic))
      await sleep(SETTLED_MS)
      const idle = rss(server.pid)
      const { rss: peak, rate } = await measure(server, MANY_CONNECTIONS, seconds)
      await server.stop()
      found.push({ contender: contender.name, idle, peak, rate })
    }
    return found
  } finally {
    await kafka.close()
  }
}
