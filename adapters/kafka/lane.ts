import type { Result } from '../lane/broker.ts'
import { type Lane, openLane } from '../lane/lane.ts'
import type { Waiting } from '../lane/waiting.ts'
import type { KafkaClient } from './client.ts'
import { silence, toFault } from './error.ts'
import { type KafkaRecord, sizeOf } from './record.ts'

/** A record, and the partition that it is for. */
export interface Placed {
  readonly record: KafkaRecord
  readonly partition: number
}

export interface LaneContext {
  readonly topic: string
  readonly client: KafkaClient
  /** Finds out who leads which partition now; settles in any case. */
  refresh(): Promise<void>
  /** Brings records to the lanes of their partitions' present leaders. */
  route(records: readonly Waiting<Placed>[]): void
}

/** What a lane has to know of a record. */
export const broker = { name: 'Kafka', sizeOf: ({ record }: Placed) => sizeOf(record) }

/** So many that a request stays cheap for the client, which copies what it has so far for each record of a partition. */
const BATCH_RECORDS = 500
/**
 * What a topic takes in one batch unless configured otherwise (max.message.bytes: 1 MiB and 12 bytes), less what a
 * batch needs for itself. A batch holds what one request has for one partition.
 */
const BATCH_BYTES = 1_048_000

/** The lane to one broker: one request in flight, with what there is for all the partitions that it leads. */
export function openLeaderLane(leader: number, { topic, client, refresh, route }: LaneContext): Lane<Placed> {
  return openLane({
    ...broker,
    concurrency: 1,
    limits: { items: BATCH_RECORDS, bytes: BATCH_BYTES, group: ({ partition }) => partition },
    async send(items, signal) {
      const records = new Map<number, KafkaRecord[]>()
      for (const { partition, record } of items) {
        const list = records.get(partition)
        if (list === undefined) records.set(partition, [record])
        else list.push(record)
      }
      const offsets = new Map(await client.produce(leader, records, signal))
      let leftOut: Result | undefined
      return items.map(({ partition }): Result => {
        const offset = offsets.get(partition)
        if (offset !== undefined) {
          offsets.set(partition, offset + 1n)
          return { id: `${topic}-${partition}@${offset}` }
        }
        // Only the partition's own answer counts: the client may have left it out of what it sent.
        leftOut ??= { cause: new Error('The answer leaves out a partition.') }
        return leftOut
      })
    },
    toFault: cause => toFault(cause, topic),
    silence: () => silence(topic),
    async reroute(takeAll) {
      await refresh()
      route(takeAll())
    }
  })
}
