import { LRUCache } from 'lru-cache'
import { lruRoom } from './lru-room.ts'
import type { SharedMarks } from './shared-marks.ts'

/**
 * The webhooks that were refused with a 503. Nobody knows whether Gemini renews the timestamp when it delivers again, so
 * for these its age is no reason to refuse; not even once they have been acknowledged, since that answer may get lost.
 */
export interface RefusedIds {
  /** Remembers a webhook that was verified when it was refused. */
  add(key: string): void
  /**
   * Remembers one that was refused before its signature could be looked at, while its timestamp was fresh. Strangers can
   * add what they like: it excuses nothing but that same timestamp, and only under a signature that is right.
   */
  addUnproven(key: string, timestamp: string): void
  /**
   * Whether this webhook, whose signature is right, was refused; undefined when the shared memory, which may know, gives
   * no answer. Never rejects.
   */
  has(key: string, timestamp: string): Promise<boolean | undefined>
  /** Whether this process knows of any. */
  readonly any: boolean
  /** Whether it was refused, as far as this process knows. */
  knows(key: string, timestamp: string): boolean
}

export interface RefusedIdsOptions {
  /** For how long they are remembered, in milliseconds. */
  readonly ttl: number
  /** How many verified ones; the oldest are forgotten first. */
  readonly maxEntries: number
  /** What the replicas remember together, if they share a memory. */
  readonly shared?: SharedMarks | undefined
  /** Milliseconds on a clock that is never set back. */
  readonly now?: () => number
}

/** Their own bound, since strangers can fill it: some 5 MB at the very most. */
const UNPROVEN_ENTRIES = 10_000
/** The mark of a refusal in the shared memory. No destination has such a name. */
const REFUSED = '.refused'

export function createRefusedIds(options: RefusedIdsOptions): RefusedIds {
  const { ttl, maxEntries, shared, now = () => performance.now() } = options
  const remember = (max: number) =>
    new LRUCache<string, true>({ ...lruRoom(max), ttl, ttlResolution: 0, perf: { now } })
  const proven = remember(maxEntries)
  const unproven = remember(UNPROVEN_ENTRIES)
  const knows = (key: string, timestamp: string) => proven.has(key) || unproven.has(`${timestamp} ${key}`)
  return {
    add(key) {
      proven.set(key, true)
      shared?.add(key, REFUSED)
    },
    addUnproven: (key, timestamp) => unproven.set(`${timestamp} ${key}`, true),
    get any() {
      return proven.size + unproven.size > 0
    },
    knows,
    async has(key, timestamp) {
      if (knows(key, timestamp)) return true
      if (shared === undefined) return false
      return (await shared.find(key, [REFUSED]))?.has(REFUSED)
    }
  }
}
