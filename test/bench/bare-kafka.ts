import { Kafka, type Message } from 'kafkajs'
import { partitionOf } from '../../adapters/kafka/partition.ts'
import { serveBare } from './bare-ingress.ts'

// The baseline for Kafka: what one would write by hand. It takes the job for the key, and collects what arrives for a
// partition while that partition's request is in flight.

const topic = process.env['KAFKA_TOPIC'] ?? ''
const kafka = new Kafka({ brokers: [process.env['KAFKA_BROKERS'] ?? ''], logLevel: 0 })
const producer = kafka.producer({
  createPartitioner:
    () =>
    ({ message }) =>
      message.partition ?? 0
})
await producer.connect()
const admin = kafka.admin()
await admin.connect()
const { topics } = await admin.fetchTopicMetadata({ topics: [topic] })
await admin.disconnect()

interface Waiting {
  readonly message: Message
  resolve(): void
  reject(error: unknown): void
}

const lanes = (topics[0]?.partitions ?? []).map(() => {
  let queue: Waiting[] = []
  let busy = false
  const run = async () => {
    busy = true
    while (queue.length > 0) {
      const batch = queue
      queue = []
      try {
        await producer.send({ topic, acks: -1, messages: batch.map(({ message }) => message) })
        for (const { resolve } of batch) resolve()
      } catch (error) {
        for (const { reject } of batch) reject(error)
      }
    }
    busy = false
  }
  return (message: Message) =>
    new Promise<void>((resolve, reject) => {
      queue.push({ message, resolve, reject })
      if (!busy) void run()
    })
})

await serveBare(async ({ id, type, data }) => {
  const key = Buffer.from(String(data.id))
  const partition = partitionOf(key, lanes.length)
  await lanes[partition]?.({ partition, key, value: JSON.stringify(data), headers: { ce_id: id, ce_type: type } })
})
