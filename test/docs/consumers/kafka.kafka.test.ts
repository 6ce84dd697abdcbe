import { randomUUID } from 'node:crypto'
import { Kafka, logLevel } from 'kafkajs'
import { describe, expect } from 'vitest'
import { it } from '../../brokers/kafka/shared.ts'
import { temporaryFolder } from '../../brokers/watchdog.ts'
import { expectOnce } from './expect-once.ts'
import { publishTwice, TYPES } from './publish-twice.ts'

describe.concurrent('the consumer in the documents', () => {
  it.for(['binary', 'structured'])(
    'handles each event once, %s',
    async (contentMode, { kafka, topic, onTestFinished }) => {
      const folder = temporaryFolder('geb-consumer-')
      onTestFinished(() => folder.remove())
      await publishTwice(folder.path, { adapter: 'kafka', brokers: [kafka.plaintext], topic, contentMode })
      const group = randomUUID()
      await expectOnce('kafka', folder.path, { KAFKA_BROKERS: kafka.plaintext, KAFKA_TOPIC: topic, KAFKA_GROUP: group })
      expect(await acknowledged(kafka.plaintext, group, topic)).toBe(2 * TYPES.length)
    }
  )
})

/** The offset that the group would go on from. */
async function acknowledged(brokers: string, groupId: string, topic: string): Promise<number> {
  const admin = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  try {
    const [offsets] = await admin.fetchOffsets({ groupId, topics: [topic] })
    return Number(offsets?.partitions[0]?.offset)
  } finally {
    await admin.disconnect()
  }
}
