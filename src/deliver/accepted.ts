import { LRUCache } from 'lru-cache'
import { lruRoom } from './lru-room.ts'
import type { SharedMarks } from './shared-marks.ts'

/** Which destinations have accepted which events: what a redelivery need not publish again. */
export interface Accepted {
  /**
   * Asks the shared memory about those of the destinations that this process knows nothing of; undefined where there is
   * nothing to ask. Never rejects, and takes no longer than the shared memory may, nor than until `signal` aborts.
   */
  recall(key: string, destinations: readonly string[], signal: AbortSignal): Promise<void> | undefined
  /** Whether the destination has the event, as far as this process knows. */
  has(key: string, destination: string): boolean
  add(key: string, destination: string): void
}

export interface AcceptedOptions {
  /** For how long an acceptance is remembered, in milliseconds. */
  readonly ttl: number
  /** How many acceptances, of one event by one destination each; the oldest are forgotten first. */
  readonly maxEntries: number
  /** What the replicas know together, if they share a memory, and the name that a destination has there. */
  readonly shared?: { readonly marks: SharedMarks; nameOf(destination: string): string } | undefined
  /** Told of each destination for which the shared memory gave no answer. */
  readonly onSilence?: () => void
  /** Milliseconds on a clock that is never set back. */
  readonly now?: () => number
}

export function createAccepted(options: AcceptedOptions): Accepted {
  const { ttl, maxEntries, shared, onSilence = () => {}, now = () => performance.now() } = options
  const memory = new LRUCache<string, true>({ ...lruRoom(maxEntries), ttl, ttlResolution: 0, perf: { now } })
  const entry = (key: string, destination: string) => `${destination} ${key}`
  const has = (key: string, destination: string) => memory.has(entry(key, destination))
  const keep = (key: string, destination: string) => memory.set(entry(key, destination), true)

  const recallFrom = async (
    { marks, nameOf }: NonNullable<typeof shared>,
    key: string,
    asked: readonly string[],
    signal: AbortSignal
  ) => {
    const found = await unlessAborted(marks.find(key, asked.map(nameOf)), signal)
    for (const destination of asked) {
      if (found === undefined) onSilence()
      else if (found.has(nameOf(destination))) keep(key, destination)
    }
  }

  return {
    recall(key, destinations, signal) {
      if (shared === undefined) return
      const asked = destinations.filter(destination => !has(key, destination))
      return asked.length === 0 ? undefined : recallFrom(shared, key, asked, signal)
    },
    has,
    add(key, destination) {
      keep(key, destination)
      shared?.marks.add(key, shared.nameOf(destination))
    }
  }
}

/** Undefined once the signal has aborted. */
async function unlessAborted<T>(answer: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>()
  const onAbort = () => resolve(undefined)
  if (signal.aborted) onAbort()
  signal.addEventListener('abort', onAbort, { once: true })
  return Promise.race([answer, promise]).finally(() => signal.removeEventListener('abort', onAbort))
}
