import { setTimeout as sleep } from 'node:timers/promises'
import type { Destination, PublishResult } from '../../deliver/destination.ts'
import type { CloudEvent } from '../../event.ts'

export interface Patience {
  /** How long one attempt may take, in milliseconds. */
  readonly deadline: number
  /** How long a destination that is unavailable is waited for, in milliseconds. */
  readonly wait: number
  /** Aborts when there are to be no further attempts. */
  readonly stop: AbortSignal
}

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 2000

/**
 * Makes the function that publishes to a destination, again and again while it is unavailable, until `wait` has passed.
 * When it has been unavailable for so long, events are no longer waited for: one at a time is tried, and the others take
 * its answer for theirs. Never rejects.
 */
export function createPublisher(
  destination: Destination,
  { deadline, wait, stop }: Patience
): (event: CloudEvent) => Promise<PublishResult> {
  let unavailableSince: number | undefined
  let last: PublishResult | undefined
  let probing = false
  const isGivenUp = () => unavailableSince !== undefined && performance.now() - unavailableSince >= wait

  const attempt = async (event: CloudEvent) => {
    // The timer of AbortSignal.timeout would not keep the process alive, and the broker's client may not either.
    const due = new AbortController()
    const timer = setTimeout(() => due.abort(), deadline)
    const result = await destination.publish(event, due.signal).finally(() => clearTimeout(timer))
    if (result.outcome === 'unavailable') unavailableSince ??= performance.now()
    else unavailableSince = undefined
    last = result
    return result
  }

  return async event => {
    if (isGivenUp()) {
      if (probing && last !== undefined) return last
      probing = true
      return attempt(event).finally(() => {
        probing = false
      })
    }
    const end = performance.now() + wait
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      const result = await attempt(event)
      if (result.outcome !== 'unavailable' || stop.aborted || isGivenUp() || performance.now() >= end) return result
      await sleep(pause, undefined, { signal: stop }).catch(() => {})
      if (stop.aborted) return result
    }
  }
}
