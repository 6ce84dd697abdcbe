/** Into Kafka: the bridge, what one would write by hand, and what lies between. */
import { Kafka } from 'kafkajs'
import { options } from '../../adapters/kafka/options.ts'
import { startKafka } from '../brokers/kafka/broker.ts'
import { type Choice, type Comparison, type Contender, chosen } from './contender.ts'
import { bare, bridge } from './programs.ts'

const PARTITIONS = 6

/** Before the disk is full of what nobody reads. High watermarks stay. */
const SHORT_LIVED = { 'retention.bytes': String(64 * 2 ** 20), 'segment.bytes': String(16 * 2 ** 20) }

interface KafkaContender {
  readonly name: string
  /** The topic too, which each has for itself. */
  readonly key: string
  /** One of `bare/`, or the options of the bridge's adapter. */
  readonly of: string | Readonly<Record<string, unknown>>
}

const CONTENDERS: readonly KafkaContender[] = [
  { name: 'bridge', key: 'bridge', of: {} },
  { name: 'bridge, platformatic', key: 'bridge-platformatic', of: { client: 'platformatic' } },
  { name: 'by hand', key: 'by-hand', of: 'by-hand' },
  { name: 'prototype', key: 'prototype', of: 'prototype' },
  { name: 'prototype, platformatic', key: 'prototype-platformatic', of: 'prototype-platformatic' },
  { name: 'ingress', key: '', of: 'ingress' },
  { name: 'bare Fastify', key: '', of: 'fastify' }
]

/** Those of the quick look. */
export const QUICK = ['bridge', 'bridge, platformatic', 'by hand', 'prototype']

export async function intoKafka(choice: Choice): Promise<Comparison> {
  const kafka = await startKafka()
  const brokers = kafka.at.plaintext
  const admin = new Kafka({ brokers: [brokers], logLevel: 0 }).admin()
  await admin.connect()
  const contenders: Contender[] = []
  for (const { name, key, of } of chosen(CONTENDERS, choice)) {
    if (typeof of !== 'string' && Object.keys(of).some(option => !(option in options.shape))) {
      choice.note(`The bridge has no option ${Object.keys(of)}: without "${name}".`)
      continue
    }
    if (key !== '') {
      const configEntries = Object.entries(SHORT_LIVED).map(([name, value]) => ({ name, value }))
      await admin.createTopics({ topics: [{ topic: key, numPartitions: PARTITIONS, configEntries }] })
    }
    const program =
      typeof of === 'string'
        ? bare(of, { KAFKA_BROKERS: brokers, KAFKA_TOPIC: key })
        : bridge(choice.main, { destination: { adapter: 'kafka', brokers: [brokers], topic: key, ...of } })
    contenders.push({ name, program })
  }
  const topicOf = (contender: string) => CONTENDERS.find(({ name }) => name === contender)?.key
  return {
    contenders,
    baseline: 'by hand',
    connections: [1, 8, 32, 128],
    async accepted(contender) {
      const topic = topicOf(contender)
      if (!topic) return undefined
      const partitions = await admin.fetchTopicOffsets(topic)
      return partitions.reduce((sum, { high }) => sum + Number(high), 0)
    },
    async close() {
      await admin.disconnect()
      await kafka.stop()
    }
  }
}
