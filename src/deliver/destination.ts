import { setTimeout as sleep } from 'node:timers/promises'
import type { Adapter, CloudEvent } from '../adapter.ts'
import type { DestinationConfig } from '../config/config.ts'
import { EventError, UnavailableError } from '../errors.ts'
import type { Logger } from '../telemetry/log.ts'

/** How one publish ended. */
export type Outcome = 'accepted' | 'refused' | 'unavailable'

/** What became of one event at one destination. */
export interface PublishResult<Ending = Outcome> {
  readonly destination: string
  readonly outcome: Ending
  /** From handing over to the answer; absent when the adapter was not asked. */
  readonly seconds?: number
  /** The broker's own id of what it has accepted. */
  readonly messageId?: string
  /** Why it was not accepted. */
  readonly refusal?: EventError | UnavailableError
}

/** A configured topic or bus, with its connection. */
export interface Destination {
  readonly name: string
  /** Whether the connection has been made, once. Outages after that do not change it. */
  readonly connected: boolean
  /**
   * Publishes one event. Never rejects, and settles at the latest when `signal` aborts, whatever the adapter does.
   * @param onLateAcceptance called when the broker accepts the event after `signal` has aborted
   */
  publish(event: CloudEvent, signal: AbortSignal, onLateAcceptance?: () => void): Promise<PublishResult>
  /** Stops connecting, or closes the connection. */
  close(): Promise<void>
}

const FIRST_RETRY_MS = 100
const LONGEST_RETRY_MS = 5000
/** How many publishes may go on although they were told to give up: an adapter with more does not do as it is told. */
const MAX_ABANDONED = 1000
/** How long publishes that were told to give up may take to do so before the connection is closed under them. */
const SETTLE_MS = 250

/** Opens a destination: connects in the background, again and again until it succeeds. */
export function openDestination(
  { name, definition, options }: DestinationConfig,
  context: { readonly directory: string; readonly log: Logger }
): Destination {
  const log = context.log.child({ destination: name })
  const closing = new AbortController()
  let adapter: Adapter | undefined
  let fault: string | undefined
  const pending = new Set<Promise<unknown>>()
  const abandoned = new Set<Promise<unknown>>()

  const connect = async () => {
    for (let wait = FIRST_RETRY_MS; !closing.signal.aborted; wait = Math.min(2 * wait, LONGEST_RETRY_MS)) {
      try {
        const connection = await definition.connect(options, { destination: name, directory: context.directory, log })
        if (closing.signal.aborted) return await connection.close()
        adapter = connection
        log.info({ adapter: definition.name }, 'connected')
        return
      } catch (error) {
        fault = asRefusal(error, name).message
        log.warn({ adapter: definition.name, error: fault, retryMs: wait }, 'cannot connect; trying again')
        await sleep(wait * (0.5 + Math.random() / 2), undefined, { signal: closing.signal }).catch(() => {})
      }
    }
  }
  void connect()

  const publish = async (
    connection: Adapter,
    event: CloudEvent,
    signal: AbortSignal,
    onLateAcceptance: () => void
  ): Promise<string> => {
    if (signal.aborted) {
      throw new UnavailableError(
        `Destination "${name}" was not asked: limits.acknowledge had passed before. See what took so long: the key set, or a busy CPU.`
      )
    }
    if (abandoned.size >= MAX_ABANDONED) {
      throw new UnavailableError(
        `Destination "${name}" was not asked: ${abandoned.size} publishes have not ended although they were given up. Report it to its adapter's author: they should settle soon after their signal aborts.`
      )
    }
    // Before there is a deadline: an adapter that throws here must not leave a rejection that nobody awaits.
    const given = connection.publish(event, signal)
    if (typeof given?.then !== 'function') throw new TypeError('its adapter gave no promise')
    const published = Promise.resolve(given)
    pending.add(published)
    const accepted = published
      .finally(() => {
        pending.delete(published)
        abandoned.delete(published)
      })
      .then(messageId => {
        if (signal.aborted) onLateAcceptance()
        return messageId
      })
    const deadline = Promise.withResolvers<never>()
    const onAbort = () => {
      if (pending.has(published)) abandoned.add(published)
      deadline.reject(
        new UnavailableError(
          `Destination "${name}" had not accepted the event by the end of limits.acknowledge; it still may. See why its broker is slow.`
        )
      )
    }
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      return await Promise.race([accepted, deadline.promise])
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }

  return {
    name,
    get connected() {
      return adapter !== undefined
    },
    async publish(event, signal, onLateAcceptance = () => {}) {
      if (adapter === undefined) {
        const refusal = new UnavailableError(
          `Destination "${name}" is not connected yet. ${fault ?? 'See whether its broker answers.'}`
        )
        return { destination: name, outcome: 'unavailable', refusal }
      }
      const start = performance.now()
      const result = (outcome: Outcome) => ({ destination: name, outcome, seconds: (performance.now() - start) / 1000 })
      try {
        const messageId = await publish(adapter, event, signal, onLateAcceptance)
        return { ...result('accepted'), messageId }
      } catch (error) {
        const refusal = asRefusal(error, name)
        return { ...result(refusal instanceof EventError ? 'refused' : 'unavailable'), refusal }
      }
    },
    async close() {
      closing.abort()
      // One that is still connecting may never get there; if it does, it is closed then.
      await Promise.race([Promise.allSettled(pending), sleep(SETTLE_MS, undefined, { ref: false })])
      await adapter?.close()
    }
  }
}

/**
 * What an adapter throws is one of its two errors; anything else is a fault that a redelivery may get past. Told by the
 * code, since an adapter installed elsewhere brings a copy of these classes that is not ours.
 */
function asRefusal(error: unknown, name: string): EventError | UnavailableError {
  if (error instanceof EventError || error instanceof UnavailableError) return error
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (error instanceof Error && code === 'ERR_EVENT') return new EventError(error.message, { cause: error })
  if (error instanceof Error && code === 'ERR_DESTINATION') return new UnavailableError(error.message, { cause: error })
  const message = `Destination "${name}" failed (${textOf(error)}). Report it to its adapter's author: it should say what to do.`
  return new UnavailableError(message, { cause: error })
}

/** What was thrown, as text. Anything can be thrown, and not everything can be made a string. */
function textOf(thrown: unknown): string {
  try {
    return String(thrown)
  } catch {
    return `an unprintable ${typeof thrown}`
  }
}
