import { Kafka, logLevel } from 'kafkajs'
import { handle } from './handle.js'

const kafka = new Kafka({ brokers: process.env.KAFKA_BROKERS.split(','), logLevel: logLevel.WARN })
// After a crash, another consumer of the group takes over when the session has ended.
const consumer = kafka.consumer({ groupId: process.env.KAFKA_GROUP, sessionTimeout: 6000, heartbeatInterval: 2000 })

/** The event of a record, in either content mode. */
function eventOf({ headers, value }) {
  const contentType = String(headers['content-type'])
  if (contentType.startsWith('application/cloudevents+json')) return JSON.parse(value)
  const attributes = Object.entries(headers).filter(([name]) => name.startsWith('ce_'))
  const event = Object.fromEntries(attributes.map(([name, text]) => [name.slice('ce_'.length), String(text)]))
  return { ...event, datacontenttype: contentType, data: JSON.parse(value) }
}

await consumer.connect()
await consumer.subscribe({ topic: process.env.KAFKA_TOPIC, fromBeginning: true })
await consumer.run({
  autoCommit: false,
  async eachMessage({ topic, partition, message }) {
    handle(eventOf(message))
    // The acknowledgement: the offset to go on from.
    await consumer.commitOffsets([{ topic, partition, offset: String(BigInt(message.offset) + 1n) }])
  }
})

// Finishes the event at hand, and leaves the group, so that others need not wait for the session's end.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => consumer.disconnect())
