import { setTimeout as sleepFor } from 'node:timers/promises'
import type { Log } from '../adapter.ts'
import { UnavailableError } from '../errors.ts'
import type { CloudEvent } from '../event.ts'
import type { Destination, Outcome, PublishResult } from './destination.ts'

/** How a publish ended that may have gone to the fallback: `fallback` means that this has accepted it. */
export type FallbackOutcome = Outcome | 'fallback'

/** Publishes to a destination, or to its fallback. */
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
  /** Told of each event that the fallback has accepted. */
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

  const isAlive = () => {
    failing = undefined
    if (inUse) log.info({ destination: name, fallback: to.name }, 'available again; its events are its own again')
    inUse = false
  }
  const attempt = async (
    event: CloudEvent,
    signal: AbortSignal,
    onLateAcceptance: () => void,
    givenUp: AbortSignal
  ): Promise<PublishResult> => {
    // One that is not asked any more is not down for that.
    const asked = !signal.aborted
    const result = await destination.publish(event, AbortSignal.any([signal, givenUp]), () => {
      isAlive()
      onLateAcceptance()
    })
    if (result.outcome === 'accepted') isAlive()
    // A refusal for good is no sign of life: it may have been for the event's size alone.
    if (result.outcome === 'unavailable' && asked && !givenUp.aborted)
      failing ??= destination.connected ? now() : opened
    return result
  }
  /** Resolves when an event should wait for the destination no longer; rejects when `signal` aborts. */
  const due = async (signal: AbortSignal): Promise<void> => {
    await sleep(inUse ? patience / 4 : patience, signal)
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
    const fields = { destination: name, fallback: to.name, error: reason }
    if (!inUse) log.warn(fields, 'unavailable for too long; its events go to its fallback')
    inUse = true
    const diverted = Object.freeze({ ...event, fallbackfor: name })
    const { outcome, refusal, ...rest } = await to.publish(diverted, signal, () => {
      onFallback()
      onLateAcceptance()
    })
    if (outcome === 'accepted') {
      onFallback()
      return { ...rest, destination: name, outcome: 'fallback' }
    }
    const message = `${reason} Its fallback "${to.name}" has not taken the event either: ${refusal?.message}`
    return { destination: name, outcome: 'unavailable', refusal: new UnavailableError(message, { cause: refusal }) }
  }

  return async (event, signal, onLateAcceptance) => {
    const inFallback = isDue()
    const givingUp = new AbortController()
    // Only once an event has been lost to it: one failure, and silence ever since, says nothing of now.
    const attempted =
      inUse && inFallback && probing ? undefined : attempt(event, signal, onLateAcceptance, givingUp.signal)
    let first: PublishResult | undefined
    if (attempted !== undefined) {
      probing = inFallback
      first = await untilDue(attempted, signal)
      if (inFallback) probing = false
    }
    if (first && (first.outcome !== 'unavailable' || !isDue())) return first
    const reason = first?.refusal?.message ?? `Destination "${name}" is unavailable. See its earlier errors in the log.`
    const diverted = divert(event, AbortSignal.any([signal, givingUp.signal]), onLateAcceptance, reason)
    // The destination may come to it after all.
    const answers = [diverted, ...(attempted === undefined ? [] : [attempted])].map(available)
    return Promise.any(answers)
      .catch(() => diverted)
      .finally(() => givingUp.abort())
  }
}

async function available<R extends PublishResult<FallbackOutcome>>(answer: Promise<R>): Promise<R> {
  const result = await answer
  if (result.outcome === 'unavailable') throw result.refusal
  return result
}

function wait(ms: number, signal: AbortSignal): Promise<unknown> {
  return sleepFor(ms, undefined, { signal })
}
