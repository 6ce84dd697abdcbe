import type { UnavailableError } from '../../src/adapter.ts'

/** What is known of a broker, by what became of requests. */
export interface Health {
  /** Why the broker takes nothing now: a deadline has passed for that reason, and nothing has been accepted since. */
  readonly down: UnavailableError | undefined
  /** Something was accepted: what was wrong before is over. */
  onAccepted(): void
  /** Something was not accepted. */
  onFailed(): void
  /** A request has failed for a reason that may pass, and nothing of it was accepted. */
  onTrouble(error: UnavailableError): void
  /** A request has failed for this reason. While the broker is down, it is the reason from now on. */
  onReason(error: UnavailableError): void
  /**
   * A deadline has passed; why the broker is down for it, if it is.
   * @param sentAt when the oldest request in flight was sent, if there is one
   */
  onDeadline(sentAt: number | undefined): UnavailableError | undefined
  /** Nothing is on its way. What was known of a broker that is not down is forgotten. */
  onIdle(): void
  /** Begins anew after so long a time that what was known says nothing any more. Only while nothing is on its way. */
  expire(): void
  /**
   * How long to wait before the next attempt, in milliseconds.
   * @param attempts how many have failed before the last one
   */
  pause(attempts: number): number
}

/** A request that has been in flight for so long may mean a broker in trouble, in milliseconds. */
export const SLOW_MS = 1000
const FIRST_PAUSE_MS = 50
const LONGEST_PAUSE_MS = 500
/** What was known so long ago says nothing about the broker any more, in milliseconds. */
const FORGET_MS = 5000

/** @param silence what is wrong when requests go out, and no answer comes */
export function createHealth(silence: () => UnavailableError): Health {
  let acceptedAt = Number.NEGATIVE_INFINITY
  let failedAt = 0
  /** Failures in a row, and the last of them. */
  let failures = 0
  let trouble: UnavailableError | undefined
  let down: UnavailableError | undefined

  const forget = () => {
    failures = 0
    trouble = down = undefined
  }

  return {
    get down() {
      return down
    },
    onAccepted() {
      forget()
      acceptedAt = performance.now()
    },
    onFailed() {
      failedAt = performance.now()
    },
    onTrouble(error) {
      trouble = error
      failures += 1
    },
    onReason(error) {
      if (down) down = error
    },
    onDeadline(sentAt = Number.POSITIVE_INFINITY) {
      const troubledSince = trouble ? acceptedAt : Math.max(sentAt, acceptedAt)
      if (performance.now() - troubledSince < SLOW_MS) return undefined
      down = trouble ?? silence()
      return down
    },
    onIdle() {
      if (down === undefined) forget()
    },
    expire() {
      if (performance.now() - failedAt > FORGET_MS) forget()
    },
    pause(attempts) {
      const longest = Math.min(FIRST_PAUSE_MS * 2 ** Math.max(failures, attempts), LONGEST_PAUSE_MS)
      return longest * (0.5 + Math.random() / 2)
    }
  }
}
