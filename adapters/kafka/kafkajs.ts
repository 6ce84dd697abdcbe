import {
  type Admin,
  CompressionTypes,
  type Message,
  type PartitionerArgs,
  type PartitionMetadata,
  type Producer,
  type RecordMetadata
} from 'kafkajs'
import type { KafkaClient } from './client.ts'
import { type Connection, type ConnectionOptions, openConnection } from './kafkajs/connection.ts'
import type { KafkaRecord } from './record.ts'
import { CONNECT_MS } from './socket.ts'

export interface KafkajsOptions extends Omit<ConnectionOptions, 'seeds'> {
  /** Where to begin, as `host:port`. */
  readonly brokers: readonly string[]
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

  // Each connection begins with another broker: one that hangs would hold up whoever begins with it.
  let turn = Math.floor(Math.random() * options.brokers.length)
  const seeds = () => {
    turn = (turn + 1) % options.brokers.length
    return [...options.brokers.slice(turn), ...options.brokers.slice(0, turn)]
  }
  const openAdmin = () => openConnection({ ...options, seeds }, kafka => kafka.admin())
  const openProducer = (leader: number) =>
    openConnection({ ...options, seeds }, kafka =>
      kafka.producer({
        // A retry would leave out partitions whose leader moved to a broker that has already answered.
        retry: { retries: 0 },
        // After a lost answer, the next record would be taken for a duplicate, and be lost.
        idempotent: false,
        allowAutoTopicCreation: false,
        createPartitioner: () => partitionsOf(leader)
      })
    )

  const askLeaders = async (signal: AbortSignal) => {
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
  }

  return {
    async leaders(signal) {
      try {
        return await askLeaders(signal)
      } catch (error) {
        if (signal.aborted) throw error
        // kafkajs asks any of the brokers, and it may have been the one in trouble.
        return await askLeaders(signal)
      }
    },

    async produce(leader, records, signal) {
      const connection = producers.get(leader) ?? openProducer(leader)
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

/**
 * Takes the partition that a record names, if the producer knows that too as one that the leader leads. Otherwise, before
 * anything is sent: it would send to another broker, which may be in trouble, or leave the record out.
 */
function partitionsOf(leader: number): (args: PartitionerArgs) => number {
  let known: readonly PartitionMetadata[] = []
  let led = new Set<number>()
  return ({ partitionMetadata, message: { partition = -1 } }) => {
    if (known !== partitionMetadata) {
      known = partitionMetadata
      led = new Set(known.flatMap(metadata => (metadata.leader === leader ? metadata.partitionId : [])))
    }
    if (led.has(partition)) return partition
    throw Object.assign(new Error('The partition is led by another broker.'), { type: 'NOT_LEADER_FOR_PARTITION' })
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
