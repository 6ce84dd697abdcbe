import { Kafka } from 'kafkajs'
import { serveBare } from './bare/serve.ts'

// The baseline of the start: what one would write by hand, Fastify and kafkajs, and nothing besides.

const { KAFKA_BROKERS = '', KAFKA_TOPIC: topic = '' } = process.env
const producer = new Kafka({ brokers: [KAFKA_BROKERS], logLevel: 0 }).producer()
await producer.connect()

await serveBare(({ id, type, data }) => {
  const message = { key: String(data.id), value: JSON.stringify(data), headers: { ce_id: id, ce_type: type } }
  return producer.send({ topic, acks: -1, messages: [message] })
})
