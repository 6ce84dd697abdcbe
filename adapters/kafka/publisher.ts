import { UnavailableError } from '../../src/adapter.ts'
import type { Lane } from '../lane/lane.ts'
import { closed, startWaiting, type Waiting } from '../lane/waiting.ts'
import type { KafkaClient } from './client.ts'
import { broker, openLeaderLane, type Placed } from './lane.ts'
import { partitionOf } from './partition.ts'
import type { KafkaRecord } from './record.ts'

/** Brings records to the brokers that lead their partitions. */
export interface Publisher {
  /** Resolves with the record's place, as `topic-partition@offset`, once all in-sync replicas have it. */
  publish(record: KafkaRecord, signal: AbortSignal): Promise<string>
  close(): Promise<void>
}

/** What is known of the topic is at most so old when a record is published: new partitions and leaders are noticed. */
const MAX_AGE_MS = 5000

/**
 * Asks for the topic's partitions, and then publishes to them.
 * @throws the client's error when the cluster cannot be asked, or does not know the topic
 */
export async function openPublisher(client: KafkaClient, topic: string): Promise<Publisher> {
  const closing = new AbortController()
  const lanes = new Map<number, Lane<Placed>>()
  let leaders = await client.leaders(closing.signal)
  let askedAt = performance.now()
  let asking: Promise<void> | undefined
  let keyless = 0

  const ask = async () => {
    try {
      leaders = await client.leaders(closing.signal)
    } catch {
      // The records that need it will say what is wrong.
    } finally {
      askedAt = performance.now()
      asking = undefined
    }
  }
  const refresh = () => (asking ??= ask())
  const route = (records: readonly Waiting<Placed>[]) => {
    for (const waiting of records) laneOf(leaders[waiting.item.partition] ?? -1).add(waiting)
  }
  const laneOf = (leader: number) => {
    const lane = lanes.get(leader) ?? openLeaderLane(leader, { topic, client, refresh, route })
    lanes.set(leader, lane)
    return lane
  }

  return {
    publish(record, signal) {
      if (closing.signal.aborted) return Promise.reject(closed(broker.name))
      if (signal.aborted) return Promise.reject(late())
      if (performance.now() - askedAt > MAX_AGE_MS) void refresh()
      const partition = record.key ? partitionOf(record.key, leaders.length) : keyless++ % leaders.length
      const { waiting, messageId } = startWaiting({ record, partition }, broker, signal)
      route([waiting])
      return messageId
    },
    async close() {
      closing.abort()
      for (const lane of lanes.values()) lane.close()
      await client.close()
    }
  }
}

function late(): UnavailableError {
  return new UnavailableError('The deadline had passed before the event came to Kafka. See what was slow.')
}
