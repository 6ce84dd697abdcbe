/** One bridge under a steady load for an hour: whether memory or the cost of an event grows. */
import type { Choice } from './contender.ts'
import { isThere, type KafkaContender, openKafka, programOf } from './kafka.ts'
import { sendPaced } from './load/paced.ts'
import { signedRequest } from './load/signed.ts'
import { cpuSeconds, rss } from './process.ts'
import { startServer } from './server.ts'
import { slope } from './statistics.ts'
import { table } from './tables.ts'

export interface Minute {
  readonly minute: number
  readonly events: number
  /** MiB, at the end of the minute. */
  readonly rss: number
  /** CPU of the bridge per event, in µs. */
  readonly cpu: number
  readonly unavailable: number
  readonly p99: number
}

export interface Soak {
  readonly contender: string
  readonly rate: number
  readonly minutes: readonly Minute[]
  /** In the broker: acknowledged events, and what of the refused ones it has all the same. */
  readonly records: number
}

/** @param each is told of a minute when it is over */
export async function soak(
  of: KafkaContender,
  choice: Choice,
  { minutes, rate }: { readonly minutes: number; readonly rate: number },
  each: (soak: Soak) => void
): Promise<Soak> {
  if (!isThere(of, choice.note)) throw new Error(`"${of.name}" cannot run here.`)
  const kafka = await openKafka()
  try {
    await kafka.createTopic('soak')
    const { pid, url, stop } = await startServer(programOf({ ...of, small: true }, choice.main, kafka.brokers, 'soak'))
    const done: Minute[] = []
    const state = async () => ({ contender: of.name, rate, minutes: done, records: await kafka.peer.count('soak') })
    for (let minute = 1; minute <= minutes; minute++) {
      const before = cpuSeconds(pid)
      const { acknowledged: events, unavailable, p99 } = await sendPaced(url, rate, 60, signedRequest)
      const cpu = ((cpuSeconds(pid) - before) / events) * 1e6
      done.push({ minute, events, rss: rss(pid), cpu, unavailable, p99 })
      each(await state())
    }
    await stop()
    const [events, end] = [done.reduce((sum, each) => sum + each.events, 0), await state()]
    if (end.records < events) throw new Error(`${events} were acknowledged, and the broker has ${end.records}`)
    return end
  } finally {
    await kafka.close()
  }
}

/** MiB an hour, and percent an hour of the mean cost, by least squares; the first tenth, which warms up, is left out. */
export function slopes(minutes: readonly Minute[]): { readonly rss: number; readonly cpu: number } {
  const settled = minutes.slice(Math.floor(minutes.length / 10))
  const mean = settled.reduce((sum, { cpu }) => sum + cpu, 0) / settled.length
  return {
    rss: slope(settled.map(({ minute, rss }) => [minute / 60, rss])),
    cpu: (slope(settled.map(({ minute, cpu }) => [minute / 60, cpu])) / mean) * 100
  }
}

/** The log, as Markdown. */
export function renderSoak({ contender, rate, minutes, records }: Soak, heading: string): string {
  const rows = minutes.map(({ minute, events, rss, cpu, unavailable, p99 }) => [
    String(minute),
    events.toLocaleString('en'),
    rss.toFixed(1),
    cpu.toFixed(0),
    String(unavailable),
    p99.toFixed(1)
  ])
  const events = minutes.reduce((sum, each) => sum + each.events, 0)
  const { rss, cpu } = slopes(minutes)
  return `# Soak

${heading}

"${contender}" into Kafka, ${rate} webhooks a second. ${events.toLocaleString('en')} were acknowledged, and the topic holds ${records.toLocaleString('en')} records.
By least squares, without the first tenth, resident memory grows by ${rss.toFixed(1)} MiB an hour, and CPU per event by ${cpu.toFixed(1)} % an hour.

${table(['minute', 'events', 'RSS MiB', 'CPU µs per event', '503s', 'p99 ms'], rows)}
`
}
