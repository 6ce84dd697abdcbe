import { type EventError, UnavailableError } from '../../src/adapter.ts'
import { type KafkaRecord, sizeOf } from './record.ts'

/** A record on its way, and who waits for it. */
export interface Waiting {
  readonly record: KafkaRecord
  readonly partition: number
  /** In a batch, before compression. */
  readonly bytes: number
  /** Whoever waited has been answered. */
  readonly settled: boolean
  /** The deadline has passed. */
  readonly expired: boolean
  /** To be sent in a request of its own. */
  alone: boolean
  /** Part of a request that has not been answered yet. */
  inFlight: boolean
  /** Called once when the deadline passes before an answer came. */
  onDeadline: () => void
  /** Called once when nobody waits any more. */
  onSettled: () => void
  accept(messageId: string): void
  refuse(error: EventError | UnavailableError): void
}

/**
 * How long after its deadline a record in flight may still be accepted, in milliseconds: the bridge has answered by
 * then, but counts what was accepted late.
 */
const LATE_MS = 500

/** Begins to wait for a record, until `signal` aborts: at once if it is not in flight by then. */
export function startWaiting(
  record: KafkaRecord,
  partition: number,
  signal: AbortSignal
): { readonly waiting: Waiting; readonly messageId: Promise<string> } {
  const { promise: messageId, resolve, reject } = Promise.withResolvers<string>()
  let late: NodeJS.Timeout | undefined
  let settled = false

  const settle = () => {
    settled = true
    clearTimeout(late)
    signal.removeEventListener('abort', onAbort)
    waiting.onSettled()
  }
  const waiting: Waiting = {
    record,
    partition,
    bytes: sizeOf(record),
    alone: false,
    inFlight: false,
    get settled() {
      return settled
    },
    get expired() {
      return signal.aborted
    },
    onDeadline: () => {},
    onSettled: () => {},
    accept(messageId) {
      if (settled) return
      settle()
      resolve(messageId)
    },
    refuse(error) {
      if (settled) return
      settle()
      reject(error)
    }
  }
  function onAbort(): void {
    waiting.onDeadline()
    if (waiting.inFlight) late = setTimeout(() => waiting.refuse(unanswered()), LATE_MS)
    else waiting.refuse(unsent())
  }
  signal.addEventListener('abort', onAbort, { once: true })
  return { waiting, messageId }
}

/** What was still waiting for its turn at its deadline. */
export const unsent = () =>
  new UnavailableError('The deadline passed before the event could be sent to Kafka. It will not be sent.')
const unanswered = () =>
  new UnavailableError('Kafka had not answered by the deadline. It may have written the event all the same.')
