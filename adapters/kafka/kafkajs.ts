import { type Admin, CompressionTypes, type Message, type Producer, type RecordMetadata } from 'kafkajs'
import type { KafkaClient } from './client.ts'
import { CONNECT_MS, type Connection, type ConnectionOptions, openConnection } from './kafkajs/connection.ts'
import type { KafkaRecord } from './record.ts'

export interface KafkajsOptions extends ConnectionOptions {
  readonly topic: string
  readonly compression: 'none' | 'gzip'
}

/** As Kafka's own clients: how long a leader waits for its in-sync replicas. Nobody waits as long. */
const ACKS_TIMEOUT_MS = 30_000

/**
 * The port over kafkajs, with a producer of its own for each leader: a broker in trouble holds up only its own
 * partitions. kafkajs never sends anything twice here, and a producer that has failed in any way is thrown away, with
 * its connections, what it knew of the cluster, and what it might still have sent.
 */
export function openKafkajs(options: KafkajsOptions): KafkaClient {
  const { topic } = options
  const compression = options.compression === 'gzip' ? CompressionTypes.GZIP : CompressionTypes.None
  const producers = new Map<number, Connection<Producer>>()
  let admin: Connection<Admin> | undefined

  const openAdmin = () => openConnection(options, kafka => kafka.admin())
  const openProducer = () =>
    openConnection(options, kafka =>
      kafka.producer({
        // A retry would leave out partitions whose leader moved to a broker that has already answered.
        retry: { retries: 0 },
        // After a lost answer, the next record would be taken for a duplicate, and be lost.
        idempotent: false,
        allowAutoTopicCreation: false,
        createPartitioner:
          () =>
          ({ message }) =>
            message.partition ?? 0
      })
    )

  return {
    async leaders(signal) {
      admin ??= openAdmin()
      const connection = admin
      try {
        return await connection.use(AbortSignal.any([signal, AbortSignal.timeout(CONNECT_MS)]), async client => {
          const { topics } = await client.fetchTopicMetadata({ topics: [topic] })
          const partitions = topics.find(({ name }) => name === topic)?.partitions ?? []
          const leaders = new Map(partitions.map(({ partitionId, leader }) => [partitionId, leader]))
          return partitions.map((_, id) => leaders.get(id) ?? -1)
        })
      } catch (error) {
        connection.destroy()
        if (admin === connection) admin = undefined
        throw error
      }
    },

    async produce(leader, records, signal) {
      const connection = producers.get(leader) ?? openProducer()
      producers.set(leader, connection)
      let accepted: Map<number, bigint> | undefined
      try {
        accepted = await connection.use(signal, async producer => {
          const messages = [...records].flatMap(([partition, list]) => list.map(record => toMessage(record, partition)))
          const send = { topic, acks: -1, timeout: ACKS_TIMEOUT_MS, compression, messages }
          return acceptedBy(await producer.send(send), topic)
        })
        return accepted
      } finally {
        // A partition that the answer leaves out is one that this producer does not know.
        if (accepted === undefined || [...records.keys()].some(partition => !accepted?.has(partition))) {
          connection.destroy()
          if (producers.get(leader) === connection) producers.delete(leader)
        }
      }
    },

    async close() {
      for (const connection of [...producers.values(), ...(admin ? [admin] : [])]) connection.destroy()
      producers.clear()
      admin = undefined
    }
  }
}

function toMessage({ key, headers, value }: KafkaRecord, partition: number): Message {
  return { partition, key: key ?? null, headers, value }
}

/** The first offset of each partition that the answer names as written. */
export function acceptedBy(answer: readonly RecordMetadata[], topic: string): Map<number, bigint> {
  const accepted = new Map<number, bigint>()
  for (const { topicName, partition, errorCode, baseOffset } of answer) {
    if (topicName === topic && errorCode === 0 && baseOffset !== undefined) accepted.set(partition, BigInt(baseOffset))
  }
  return accepted
}
