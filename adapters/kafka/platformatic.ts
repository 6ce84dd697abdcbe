import { metadataV6 } from '@platformatic/kafka'
import type { KafkaClient } from './client.ts'
import { answered, answerOf } from './platformatic/cause.ts'
import { type Connection, type ConnectionOptions, openConnection } from './platformatic/connection.ts'
import { acceptedBy, produce } from './platformatic/produce.ts'
import { CONNECT_MS } from './socket.ts'

export interface PlatformaticOptions extends ConnectionOptions {
  /** Where to begin, as `host:port`. */
  readonly brokers: readonly string[]
  readonly topic: string
  readonly compression: 'none' | 'gzip'
}

/** How long all brokers together may take to say who leads what, in milliseconds. */
const ASK_MS = 2 * CONNECT_MS
/** Kafka's number of UNKNOWN_TOPIC_OR_PARTITION. */
const UNKNOWN_TOPIC = 3
/** Kafka's number of LEADER_NOT_AVAILABLE. */
const NO_LEADER = 5

/**
 * The port over the connections and the protocol of @platformatic/kafka, without its producer: so there is nothing that
 * repeats, collects or remembers. Each leader has a connection of its own, and so has the question who leads.
 */
export function openPlatformatic(options: PlatformaticOptions): KafkaClient {
  const { brokers, topic, compression } = options
  const leaders = new Map<number, Connection>()
  /** Where each node is, as the cluster said it last. */
  let nodes = new Map<number, string>()
  let asked: Connection | undefined
  const closing = new AbortController()

  // Each connection begins with another broker: one that hangs would hold up whoever begins with it.
  let turn = Math.floor(Math.random() * brokers.length)
  const places = () => [...new Set([...brokers, ...nodes.values()])]
  const nextPlace = (): string => {
    const all = places()
    turn = (turn + 1) % all.length
    return all[turn] ?? ''
  }

  const askLeaders = async (connection: Connection, signal: AbortSignal): Promise<number[]> => {
    const soon = AbortSignal.any([signal, AbortSignal.timeout(CONNECT_MS)])
    const answer = await connection.use(soon, client =>
      metadataV6.api.async(client, [topic], false).catch(answerOf<metadataV6.MetadataResponse>)
    )
    const { errorCode = UNKNOWN_TOPIC, partitions = [] } = answer.topics.find(({ name }) => name === topic) ?? {}
    if (errorCode !== 0) throw answered(errorCode)
    nodes = new Map(answer.brokers.map(({ nodeId, host, port }) => [nodeId, `${host}:${port}`]))
    const ids = new Map(partitions.map(({ partitionIndex, leaderId }) => [partitionIndex, leaderId]))
    return partitions.map((_, partition) => ids.get(partition) ?? -1)
  }

  const connectionTo = (leader: number): Connection => {
    const broker = nodes.get(leader)
    if (broker === undefined) throw answered(NO_LEADER)
    const known = leaders.get(leader)
    if (known && !known.over && known.broker === broker) return known
    known?.destroy()
    const connection = openConnection(broker, options)
    leaders.set(leader, connection)
    return connection
  }

  return {
    async leaders(signal) {
      const patience = AbortSignal.any([signal, closing.signal, AbortSignal.timeout(ASK_MS)])
      patience.throwIfAborted()
      for (let left = places().length; ; ) {
        if (asked === undefined || asked.over) {
          asked?.destroy()
          asked = openConnection(nextPlace(), options)
          left -= 1
        }
        const connection = asked
        try {
          return await askLeaders(connection, patience)
        } catch (error) {
          // What one broker has answered, no other would say otherwise.
          if (!connection.over || left === 0 || patience.aborted) throw error
        }
      }
    },

    async produce(leader, records, signal) {
      closing.signal.throwIfAborted()
      const answer = await connectionTo(leader).use(signal, client => produce(client, topic, records, compression))
      return acceptedBy(answer, topic)
    },

    async close() {
      closing.abort()
      for (const connection of leaders.values()) connection.destroy()
      asked?.destroy()
    }
  }
}
