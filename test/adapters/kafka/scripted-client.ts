import { type Mock, vi } from 'vitest'
import type { KafkaClient } from '../../../adapters/kafka/client.ts'
import type { KafkaRecord } from '../../../adapters/kafka/record.ts'

/** One call of `produce`, for the test to answer. */
export interface Request {
  readonly leader: number
  readonly records: ReadonlyMap<number, readonly KafkaRecord[]>
  readonly signal: AbortSignal
  /** Neither answered nor given up. */
  readonly open: boolean
  /** The records' values, by partition. */
  readonly values: Readonly<Record<string, readonly string[]>>
  /** Writes the records of these partitions, and says so. */
  accept(partitions?: readonly number[]): void
  /** Writes them, if asked to, and says something else. */
  fail(error: unknown, written?: 'written'): void
}

/** Brokers that do as they are told by a test, and keep what they accepted. */
export interface ScriptedClient extends KafkaClient {
  readonly leaders: Mock<KafkaClient['leaders']>
  readonly requests: readonly Request[]
  /** The requests that wait for their answer. */
  readonly open: readonly Request[]
  /** What each partition has; a record's place is its offset. */
  readonly logs: ReadonlyMap<number, readonly KafkaRecord[]>
  readonly close: Mock<KafkaClient['close']>
}

/** @param leading the leader of each partition */
export function scriptedClient(leading: readonly number[]): ScriptedClient {
  const requests: Request[] = []
  const logs = new Map<number, KafkaRecord[]>()

  const write = (partition: number, records: readonly KafkaRecord[]): bigint => {
    const log = logs.get(partition) ?? []
    logs.set(partition, log)
    return BigInt(log.push(...records) - records.length)
  }

  return {
    requests,
    logs,
    get open() {
      return requests.filter(({ open }) => open)
    },
    leaders: vi.fn(async () => leading),
    async produce(leader, records, signal) {
      signal.throwIfAborted()
      const answer = Promise.withResolvers<ReadonlyMap<number, bigint>>()
      let open = true
      const end = () => {
        if (!open) throw new Error('This request has been answered, or given up.')
        open = false
      }
      signal.addEventListener('abort', () => {
        open = false
        answer.reject(signal.reason)
      })
      requests.push({
        leader,
        records,
        signal,
        get open() {
          return open
        },
        values: Object.fromEntries(
          [...records].map(([partition, list]) => [partition, list.map(r => String(r.value))])
        ),
        accept(partitions = [...records.keys()]) {
          end()
          answer.resolve(
            new Map(partitions.map(partition => [partition, write(partition, records.get(partition) ?? [])]))
          )
        },
        fail(error, written) {
          end()
          if (written) for (const [partition, list] of records) write(partition, list)
          answer.reject(error)
        }
      })
      return answer.promise
    },
    close: vi.fn(async () => {})
  }
}
