import type { Adapter, CloudEvent, Log } from '../adapter.ts'

/**
 * A way for a broker to fail.
 * - `gone`: connections are refused or cut, as when the process is killed
 * - `hung`: requests arrive (or are buffered), and no answer ever comes
 * - `refusing`: it answers, and the answer is no, for a reason that passes: a quota, too few replicas, a full disk
 */
export type Fault = 'gone' | 'hung' | 'refusing'

/** What a broker, or its stand-in, may be unable to show. */
export type Capability = Fault | 'missing' | 'refused' | 'oversize'

/** A connection that is set up wrongly, while the broker itself is well. */
export interface Misconfigured {
  /** Opens it, or fails to: either this or `publish` must then reject with an `UnavailableError`. */
  connect(log: Log): Promise<Adapter>
  /** What the error's message must hold, so that an operator knows what to mend: the topic, the user. */
  readonly names: string
}

/**
 * One destination on a running broker, of its own for each clause of the contract: what it receives, no other test
 * sends. Written once per adapter.
 */
export interface Harness {
  /** Opens a connection as the bridge would, with `log` in the adapter's context. */
  connect(log: Log): Promise<Adapter>
  /**
   * Everything that the destination has delivered so far, in any order: read by a consumer that shares no code with the
   * adapter, and parsed as CloudEvents, attributes as their text and `data` as bytes. Resolves with what there is, and
   * never waits for more: the suite calls it again.
   */
  received(): Promise<readonly CloudEvent[]>
  /**
   * What becomes of JSON data. `bytes` (the default): it comes back byte for byte. `json`: white space between tokens may
   * change, as in structured content mode; every string, and every digit of a number, may not.
   */
  readonly data?: 'bytes' | 'json'
  /** Breaks the broker for connections old and new; resolves when it is broken. */
  readonly break?: { readonly [F in Fault]?: () => Promise<void> }
  /** Undoes `break`; resolves when the broker is well, which no adapter need have noticed yet. */
  restore?(): Promise<void>
  /** A topic or bus that does not exist. */
  readonly missing?: Misconfigured
  /** Credentials that the broker refuses. */
  readonly refused?: Misconfigured
  /** So many bytes of `data` that the broker would refuse the event for its size alone. */
  readonly oversize?: number
  /** Passwords, keys and tokens that this harness connects with: no error and no log line may show one. */
  readonly secrets: readonly string[]
  /** Milliseconds after which `publish` is told to give up (default 4,000, as `limits.acknowledge`). */
  readonly deadline?: number
  /** Milliseconds that a restored broker may take to accept events again, and an event to reach the consumer (default 15,000). */
  readonly patience?: number
  /** Releases what the harness holds. Called last; connections are closed by then. */
  close(): Promise<void>
}
