/** Whether an event costs the same however many there are, and whatever else there is. */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Choice, type Comparison, chosen } from './contender.ts'
import { isThere, type KafkaContender, openKafka, programOf } from './kafka.ts'
import { sendPaced } from './load/paced.ts'
import { signedRequest } from './load/signed.ts'
import { cpuSeconds } from './process.ts'
import { bridge } from './programs.ts'
import { startServer } from './server.ts'

/** What an event costs at a rate that the load has chosen. */
export interface PacedMeasure {
  readonly contender: string
  /** Webhooks a second that were offered, and that were acknowledged. */
  readonly offered: number
  readonly rate: number
  /** CPU of the server per acknowledged webhook beyond what it takes when idle, in µs. */
  readonly cpu: number
  readonly p50: number
  readonly p99: number
  readonly unavailable: number
}

const RATES = [10, 100, 1000, 10_000]
const WARM_UP = { rate: 2000, seconds: 3 }

/** At each rate in turn, into Kafka. @param seconds of one rate; ten times as long at 10 a second */
export async function measurePaced(of: KafkaContender, choice: Choice, seconds: number): Promise<PacedMeasure[]> {
  if (!isThere(of, choice.note)) return []
  const kafka = await openKafka()
  try {
    await kafka.createTopic('flat')
    const server = await startServer(programOf(of, choice.main, kafka.brokers, 'flat'))
    const { pid, url } = server
    await sendPaced(url, WARM_UP.rate, WARM_UP.seconds, signedRequest)
    await sleep(1000)
    const before = cpuSeconds(pid)
    await sleep(seconds * 1000)
    const idle = (cpuSeconds(pid) - before) / seconds
    const measures: PacedMeasure[] = []
    for (const offered of RATES) {
      choice.note(`${of.name}, ${offered} webhooks a second`)
      const duration = offered <= 10 ? seconds * 10 : seconds
      // Signing takes the broker's CPU, so before.
      const requests = Array.from({ length: offered * duration }, signedRequest)
      const before = cpuSeconds(pid)
      const sent = await sendPaced(url, offered, duration, () => requests.pop() ?? signedRequest())
      const cpu = cpuSeconds(pid) - before - idle * sent.seconds
      const { acknowledged, p50, p99, unavailable } = sent
      const each = (cpu / acknowledged) * 1e6
      const rate = acknowledged / sent.seconds
      measures.push({ contender: of.name, offered, rate, cpu: each, p50, p99, unavailable })
    }
    await server.stop()
    return measures
  } finally {
    await kafka.close()
  }
}

const ROUTES = 50
const REMEMBERED = 100_000

/** Without a broker: with many routes, and with as many remembered ids as there may be. */
export async function besideMore(choice: Choice): Promise<Comparison> {
  const destination = { adapter: 'memory' }
  const none = Array.from({ length: ROUTES - 1 }, (_, at) => ({
    filter: { prefix: { type: `com.google.gemini.other${at}.` } },
    to: ['main']
  }))
  const routes = [...none, { filter: { prefix: { type: 'com.google.gemini.' } }, to: ['main'] }]
  // All alike, since it also warms them up.
  const before = REMEMBERED
  const few = { maxEntries: 1 }
  const contenders = [
    {
      name: `${ROUTES} routes`,
      program: bridge(choice.main, { destination, config: { dedupe: few, routes } }),
      before
    },
    { name: `${REMEMBERED} ids`, program: bridge(choice.main, { destination }), before },
    {
      name: '1 route, 1 id',
      program: bridge(choice.main, { destination, config: { dedupe: few, routes: routes.slice(-1) } }),
      before
    }
  ]
  return {
    contenders: chosen(contenders, choice),
    baseline: '1 route, 1 id',
    connections: [32],
    close: async () => {}
  }
}
