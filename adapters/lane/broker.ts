import type { UnavailableError } from '../../src/adapter.ts'
import type { BatchLimits } from './batch.ts'
import type { Fault } from './fault.ts'
import type { Carrier, Waiting } from './waiting.ts'

/** What the broker made of one item of a request: its message id, or the reason why it has none. */
export type Result = { readonly id: string } | { readonly cause: unknown }

/** A broker as a lane sees it: a way to send some items in one request, and to tell what went wrong. */
export interface Broker<Item> extends Carrier<Item> {
  /** How many requests may be in flight at once, at least 1. */
  readonly concurrency: number
  /**
   * How long something waits at most for a request in flight to end, in milliseconds, before another is sent beside it.
   * 0, the default: a free slot is used at once. Longer: fewer, fuller requests.
   */
  readonly patience?: number
  /** What one request may hold. */
  readonly limits: BatchLimits<Item>
  /**
   * Sends the items in one request; a result for each, in their order. Rejects when the request as a whole has failed:
   * any of it may or may not have been accepted. When `signal` aborts, rejects at once, and nothing that was not sent by
   * then is sent later.
   * @param again any of the items was in a request that failed before
   */
  send(items: readonly Item[], signal: AbortSignal, again: boolean): Promise<readonly Result[]>
  /** What the cause of a failure means. */
  toFault(cause: unknown): Fault
  /** Requests go out, and no answer comes. */
  silence(): UnavailableError
  /**
   * Called after a failure that may pass, before the next attempt, and each second while a request is in flight: what
   * waits may be taken elsewhere. Settles in any case.
   */
  reroute?(takeAll: () => readonly Waiting<Item>[]): Promise<void>
}
