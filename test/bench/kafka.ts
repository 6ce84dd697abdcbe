/** Into Kafka: the bridge, what one would write by hand, and what lies between. */
import { options } from '../../adapters/kafka/options.ts'
import { startKafka } from '../brokers/kafka/broker.ts'
import { connectPeer, type Peer } from '../brokers/kafka/peer.ts'
import { startPeer } from '../brokers/kafka/peer-process.ts'
import { type Choice, type Comparison, type Contender, chosen } from './contender.ts'
import { type BridgeSettings, bare, bridge } from './programs.ts'

const PARTITIONS = 6

/** Before the disk is full of what nobody reads. High watermarks stay. */
const SHORT_LIVED = { 'retention.bytes': String(64 * 2 ** 20), 'segment.bytes': String(16 * 2 ** 20) }

/** A broker, and Kafka's own client, which counts. */
export interface Bench {
  readonly brokers: string
  readonly peer: Pick<Peer, 'count'>
  createTopic(topic: string): Promise<void>
  close(): Promise<void>
}

export async function openKafka(): Promise<Bench> {
  const [kafka, { port, stop }] = await Promise.all([startKafka(), startPeer()])
  const brokers = kafka.at.plaintext
  const peer = connectPeer(port, brokers)
  return {
    brokers,
    peer,
    createTopic: topic => peer.createTopic(topic, { partitions: PARTITIONS, configs: SHORT_LIVED }),
    close: async () => void (await Promise.all([kafka.stop(), stop()]))
  }
}

/** The bridge with options of its adapter and more, or a server of `bare/`. */
export type KafkaContender = { readonly name: string } & (
  | ({ readonly options: Readonly<Record<string, unknown>> } & Omit<BridgeSettings, 'destination'>)
  | { readonly bare: string; readonly topic: boolean }
)

export const CONTENDERS: readonly KafkaContender[] = [
  { name: 'bridge', options: {} },
  { name: 'bridge, platformatic', options: { client: 'platformatic' } },
  { name: 'by hand', bare: 'by-hand', topic: true },
  { name: 'prototype', bare: 'prototype', topic: true },
  { name: 'prototype, platformatic', bare: 'prototype-platformatic', topic: true },
  { name: 'ingress', bare: 'ingress', topic: false },
  { name: 'bare Fastify', bare: 'fastify', topic: false }
]

/** Those of the quick look. */
export const QUICK = ['bridge', 'bridge, platformatic', 'by hand', 'prototype']

/** The bridge, and the bridge without one feature at a time. */
export const FEATURES: readonly KafkaContender[] = [
  { name: 'bridge', options: {} },
  { name: 'without dedupe', options: {}, config: { dedupe: 'off' } },
  { name: 'logs errors only', options: {}, config: { log: { level: 'error' } } },
  { name: 'without metrics', options: {}, preload: 'test/bench/without-metrics.js' }
]

/** Whether this checkout's adapter has the options that a contender needs; where not, says so. */
export function isThere(contender: KafkaContender, note: Choice['note']): boolean {
  if (!('options' in contender)) return true
  const missing = Object.keys(contender.options).filter(option => !(option in options.shape))
  if (missing.length > 0) note(`The Kafka adapter has no option ${missing}: nothing of "${contender.name}".`)
  return missing.length === 0
}

/** The program of a contender, with a topic for itself. */
export function programOf(contender: KafkaContender, main: string, brokers: string, topic: string) {
  if ('bare' in contender) return bare(contender.bare, { KAFKA_BROKERS: brokers, KAFKA_TOPIC: topic })
  const { options, ...settings } = contender
  return bridge(main, { ...settings, destination: { adapter: 'kafka', brokers: [brokers], topic, ...options } })
}

/** Side by side into one broker, each with a topic of its own. */
export function intoKafka(all: readonly KafkaContender[], baseline: string, connections: readonly number[]) {
  return async (choice: Choice): Promise<Comparison> => {
    const wanted = chosen(all, choice).filter(contender => isThere(contender, choice.note))
    const kafka = await openKafka()
    const topics = new Map<string, string>()
    const contenders: Contender[] = []
    for (const contender of wanted) {
      const topic = contender.name.replaceAll(/\W+/g, '-')
      if (!('topic' in contender) || contender.topic) {
        await kafka.createTopic(topic)
        topics.set(contender.name, topic)
      }
      contenders.push({ name: contender.name, program: programOf(contender, choice.main, kafka.brokers, topic) })
    }
    return {
      contenders,
      baseline,
      connections,
      async accepted(name) {
        const topic = topics.get(name)
        return topic === undefined ? undefined : kafka.peer.count(topic)
      },
      close: kafka.close
    }
  }
}
