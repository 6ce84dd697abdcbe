import { type EventError, UnavailableError } from '../../src/adapter.ts'

/** An item on its way, and who waits for it. */
export interface Waiting<Item> {
  readonly item: Item
  /** Its share in a request. */
  readonly bytes: number
  /** Whoever waited has been answered. */
  readonly settled: boolean
  /** The deadline has passed. */
  readonly expired: boolean
  /** How many items the next request that it is in may have at most, since larger ones were refused as a whole. */
  company: number
  /** How many requests that it was in have ended without its being accepted. */
  attempts: number
  /** Part of a request that has not been answered yet. */
  inFlight: boolean
  /** Why it has not been accepted, as of the last request that it was in. */
  trouble: UnavailableError | undefined
  /** Called once when the deadline passes before an answer came. */
  onDeadline: () => void
  /** Called once when nobody waits any more. */
  onSettled: () => void
  accept(messageId: string): void
  refuse(error: EventError | UnavailableError): void
}

/** Who carries an item. */
export interface Carrier<Item> {
  /** As errors call it. */
  readonly name: string
  /** An upper bound of an item's share in a request, in bytes. */
  sizeOf(item: Item): number
}

/**
 * How long after its deadline an item in flight may still be accepted, in milliseconds: the bridge has answered by then,
 * but counts what was accepted late.
 */
const LATE_MS = 500

/** Begins to wait for an item, until `signal` aborts: at once if it is not in flight by then. */
export function startWaiting<Item>(
  item: Item,
  carrier: Carrier<Item>,
  signal: AbortSignal
): { readonly waiting: Waiting<Item>; readonly messageId: Promise<string> } {
  const { promise: messageId, resolve, reject } = Promise.withResolvers<string>()
  const waiting = new Pending(item, carrier, signal, resolve, reject)
  signal.addEventListener('abort', waiting, ONCE)
  return { waiting, messageId }
}

const ONCE = { once: true }
const nothing = () => {}

/** A class, and its own listener, since there is one for each event. */
class Pending<Item> implements Waiting<Item> {
  readonly item: Item
  readonly bytes: number
  readonly #broker: string
  readonly #signal: AbortSignal
  readonly #resolve: (messageId: string) => void
  readonly #reject: (error: unknown) => void
  #late: NodeJS.Timeout | undefined
  settled = false
  company = Number.POSITIVE_INFINITY
  attempts = 0
  inFlight = false
  trouble: UnavailableError | undefined
  onDeadline = nothing
  onSettled = nothing

  constructor(
    item: Item,
    { name, sizeOf }: Carrier<Item>,
    signal: AbortSignal,
    resolve: (messageId: string) => void,
    reject: (error: unknown) => void
  ) {
    this.item = item
    this.bytes = sizeOf(item)
    this.#broker = name
    this.#signal = signal
    this.#resolve = resolve
    this.#reject = reject
  }

  get expired(): boolean {
    return this.#signal.aborted
  }

  accept(messageId: string): void {
    if (this.#settle()) this.#resolve(messageId)
  }

  refuse(error: EventError | UnavailableError): void {
    if (this.#settle()) this.#reject(error)
  }

  /** The deadline has passed. */
  handleEvent(): void {
    this.onDeadline()
    if (this.inFlight) this.#late = setTimeout(() => this.refuse(unanswered(this.#broker)), LATE_MS)
    else this.refuse(this.trouble ?? unsent(this.#broker))
  }

  /** Whether this settles it: only once. */
  #settle(): boolean {
    if (this.settled) return false
    this.settled = true
    clearTimeout(this.#late)
    this.#signal.removeEventListener('abort', this)
    this.onSettled()
    return true
  }
}

/** What was still waiting for its turn at its deadline. */
export function unsent(broker: string): UnavailableError {
  return new UnavailableError(
    `The deadline passed before the event could be sent to ${broker}. It will not be sent. See why ${broker} is slow.`
  )
}

function unanswered(broker: string): UnavailableError {
  return new UnavailableError(
    `${broker} had not answered by the deadline. It may have written the event all the same. See why it is slow.`
  )
}

/** Whoever still waits when the adapter closes gets this. */
export function closed(broker: string): UnavailableError {
  return new UnavailableError(`The connection to ${broker} is being closed. Gemini delivers again.`)
}
