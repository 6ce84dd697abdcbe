import { openKafkajs } from './kafkajs.ts'
import { openLane } from './lane.ts'
import { serveBare } from './serve.ts'

// The baseline for Kafka: what one would write by hand. It takes the job for the key, and collects what arrives for a
// partition while that partition's request is in flight.

const { partitions, send, record } = await openKafkajs()
const lanes = Array.from({ length: partitions }, () => openLane(send))

await serveBare(async webhook => {
  const message = record(webhook)
  await lanes[message.partition]?.(message)
})
