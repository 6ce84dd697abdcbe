import { Kafka, type Message } from 'kafkajs'
import { partitionOf } from '../../../adapters/kafka/partition.ts'
import type { BareWebhook } from './serve.ts'

/** The client as it comes, and the record that a webhook becomes. */
export async function openKafkajs() {
  const { KAFKA_TOPIC: topic = '', KAFKA_BROKERS = '' } = process.env
  const kafka = new Kafka({ brokers: [KAFKA_BROKERS], logLevel: 0 })
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
  const partitions = topics[0]?.partitions.length ?? 0
  return {
    partitions,
    send: (messages: Message[]) => producer.send({ topic, acks: -1, messages }),
    /** The job is the key. */
    record({ id, type, data }: BareWebhook) {
      const key = Buffer.from(String(data.id))
      const headers = { ce_id: id, ce_type: type }
      return { partition: partitionOf(key, partitions), key, value: JSON.stringify(data), headers }
    }
  }
}
