import { type IHeaders, Kafka, logLevel, type Message, type Producer, type ProducerConfig } from 'kafkajs'
import { onTestFinished } from 'vitest'

/** kafkajs as its documentation shows it, but for what is given, for one test. */
export async function connectKafkajs(
  brokers: string,
  options: ProducerConfig,
  requestTimeout: number = 30_000
): Promise<Producer> {
  const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING, requestTimeout })
  const producer = kafka.producer({ allowAutoTopicCreation: false, ...options })
  await producer.connect()
  onTestFinished(() => producer.disconnect())
  return producer
}

/** To the partition that the message names. */
export const asNamed: NonNullable<ProducerConfig['createPartitioner']> =
  () =>
  ({ message }) =>
    message.partition ?? 0

/** A message that the ledger can tell. */
export function messageOf(id: string, partition = 0): Message {
  const headers: IHeaders = { ce_id: id }
  return { partition, headers, value: id }
}
