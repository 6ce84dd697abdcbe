import { type MessageToProduce, ProduceAcks, Producer } from '@platformatic/kafka'
import { partitionOf } from '../../../adapters/kafka/partition.ts'
import { openLane } from './lane.ts'
import { serveBare } from './serve.ts'

// The prototype with the other client.

const { KAFKA_TOPIC: topic = '', KAFKA_BROKERS = '' } = process.env
const producer = new Producer({ clientId: 'prototype', bootstrapBrokers: [KAFKA_BROKERS] })
const metadata = await producer.metadata({ topics: [topic] })
const partitions = metadata.topics.get(topic)?.partitionsCount ?? 0

const lane = openLane((messages: MessageToProduce[]) => producer.send({ messages, acks: ProduceAcks.ALL }))
const [idName, typeName] = [Buffer.from('ce_id'), Buffer.from('ce_type')]

await serveBare(({ id, type, data }) => {
  const key = Buffer.from(String(data.id))
  const headers = new Map([
    [idName, Buffer.from(id)],
    [typeName, Buffer.from(type)]
  ])
  return lane({
    topic,
    partition: partitionOf(key, partitions),
    key,
    value: Buffer.from(JSON.stringify(data)),
    headers
  })
})
