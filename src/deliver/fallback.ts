import { setTimeout as sleepFor } from 'node:timers/promises'
import type { Log } from '../adapter.ts'
import { UnavailableError } from '../errors.ts'
import type { CloudEvent } from '../event.ts'
import type { Destination, Outcome, PublishResult } from './destination.ts'

/** How a publish ended that may have gone to the fallback: `fallback` means that this has accepted it. */
export type FallbackOutcome = Outcome | 'fallback'

/** Publishes to a destination, or to its fallback once it has been unavailable for long enough. */
export type Publish = (
  event: CloudEvent,
  signal: AbortSignal,
  onLateAcceptance: () => void
) => Promise<PublishResult<FallbackOutcome>>

export interface FallbackOptions {
  readonly to: Destination
  /** How long the destination has to have been unavailable, in milliseconds. */
  readonly after: number
  readonly log: Log
  /** Told of each event that the fallback has accepted in time. */
  readonly onFallback: () => void
  /** How long it may take over an event that is then tried on it all the same, in milliseconds. */
  readonly patience: number
  /** Milliseconds on a clock that is never set back. */
  readonly now?: () => number
  /** Waits so many milliseconds; rejects when `signal` aborts. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<unknown>
}

/**
 * Gives a destination its fallback. While that is in use, one event at a time is tried on the destination itself, so
 * that its recovery is seen; should it be lost there, it goes to the fallback too.
 */
export function withFallback(destination: Destination, options: FallbackOptions): Publish {
  const { to, after, patience, log, onFallback, now = () => performance.now(), sleep = wait } = options
  const { name } = destination
  const opened = now()
  let failing: number | undefined
  let probing = false
  let inUse = false
  const unavailableSince = () => failing ?? (destination.connected ? undefined : opened)
  const isDue = (since = unavailableSince()) => since !== undefined && now() - since >= after

  const attempt = async (event: CloudEvent, signal: AbortSignal, onLateAcceptance: () => void) => {
    const result = await destination.publish(event, signal, onLateAcceptance)
    if (result.outcome === 'unavailable') failing ??= now()
    else {
      failing = undefined
      if (inUse) log.info({ destination: name, fallback: to.name }, 'available again; its events are its own again')
      inUse = false
    }
    return result
  }
  /** Resolves when the event should wait for its destination no longer; rejects when `signal` aborts. */
  const due = async (signal: AbortSignal): Promise<void> => {
    await sleep(patience, signal)
    for (let since = unavailableSince(); !isDue(since); since = unavailableSince()) {
      await sleep(since === undefined ? patience : since + after - now(), signal)
    }
  }
  /** What the destination says, or nothing when its time is up. */
  const untilDue = (attempted: Promise<PublishResult>, signal: AbortSignal) => {
    const waiting = new AbortController()
    const timeIsUp = due(AbortSignal.any([signal, waiting.signal])).then(
      () => undefined,
      () => attempted
    )
    return Promise.race([attempted, timeIsUp]).finally(() => waiting.abort())
  }
  const divert = async (
    event: CloudEvent,
    signal: AbortSignal,
    onLateAcceptance: () => void,
    reason: string
  ): Promise<PublishResult<FallbackOutcome>> => {
    if (!inUse)
      log.warn(
        { destination: name, fallback: to.name, error: reason },
        'unavailable for too long; its events go to its fallback'
      )
    inUse = true
    const diverted = Object.freeze({ ...event, fallbackfor: name })
    const { outcome, refusal, ...rest } = await to.publish(diverted, signal, onLateAcceptance)
    if (outcome === 'accepted') {
      onFallback()
      return { ...rest, destination: name, outcome: 'fallback' }
    }
    const message = `${reason} Its fallback "${to.name}" has not taken the event either: ${refusal?.message}`
    return { destination: name, outcome: 'unavailable', refusal: new UnavailableError(message, { cause: refusal }) }
  }

  return async (event, signal, onLateAcceptance) => {
    const inFallback = isDue()
    const attempted = inFallback && probing ? undefined : attempt(event, signal, onLateAcceptance)
    let first: PublishResult | undefined
    if (attempted !== undefined) {
      probing = inFallback
      first = await untilDue(attempted, signal)
      if (inFallback) probing = false
    }
    if (first && (first.outcome !== 'unavailable' || !isDue())) return first
    const reason = first?.refusal?.message ?? `Destination "${name}" is unavailable.`
    const diverted = await divert(event, signal, onLateAcceptance, reason)
    // The destination may have come to it after all.
    const last = diverted.outcome === 'fallback' ? diverted : await attempted
    return last === undefined || last.outcome === 'unavailable' ? diverted : last
  }
}

function wait(ms: number, signal: AbortSignal): Promise<unknown> {
  return sleepFor(ms, undefined, { signal })
}
