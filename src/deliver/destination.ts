import { setTimeout as sleep } from 'node:timers/promises'
import type { CloudEvent } from '../adapter.ts'
import type { DestinationConfig } from '../config/config.ts'
import { EventError, UnavailableError } from '../errors.ts'
import type { Logger } from '../telemetry/log.ts'
import { type Connection, createConnection } from './connection.ts'

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
  /**
   * Connects anew with these options, in the background, and changes over once that has succeeded; the connection from
   * before is closed when nothing is under way over it any more.
   */
  reconnect(options: DestinationConfig['options']): void
  /** Stops connecting, or closes the connection. */
  close(): Promise<void>
}

export interface DestinationContext {
  readonly directory: string
  readonly log: Logger
  /** Told when it cannot connect anew, so that the connection from before stays in use. */
  readonly onKept?: () => void
}

const FIRST_RETRY_MS = 100
const LONGEST_RETRY_MS = 5000
/** How long publishes that were told to give up may take to do so before the connection is closed under them. */
const SETTLE_MS = 250
/** Nobody waits longer for an acknowledgement. */
const LONGEST_DEADLINE_MS = 60_000

/** Opens a destination: connects in the background, again and again until it succeeds. */
export function openDestination(
  { name, definition, options }: Pick<DestinationConfig, 'name' | 'definition' | 'options'>,
  context: DestinationContext
): Destination {
  const log = context.log.child({ destination: name })
  const adapter = definition.name
  const retired = new Set<Connection>()
  let connecting = new AbortController()
  let connection: Connection | undefined
  let fault: string | undefined
  let closed = false

  const connect = async (options: DestinationConfig['options'], { signal }: AbortController) => {
    for (let wait = FIRST_RETRY_MS; !signal.aborted; wait = Math.min(2 * wait, LONGEST_RETRY_MS)) {
      try {
        const opened = await definition.connect(options, { destination: name, directory: context.directory, log })
        if (signal.aborted) return await opened.close()
        if (connection) retire(connection)
        connection = createConnection(name, opened)
        log.info({ adapter }, 'connected')
        return
      } catch (error) {
        // What has been given up is no news, whatever becomes of it.
        if (signal.aborted) return
        fault = asRefusal(error, name).message
        if (connection) {
          log.warn({ adapter, error: fault, retryMs: wait }, 'cannot connect with what was re-read; trying again')
          context.onKept?.()
        } else log.warn({ adapter, error: fault, retryMs: wait }, 'cannot connect; trying again')
        await sleep(wait * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => {})
      }
    }
  }
  const retire = (old: Connection) => {
    retired.add(old)
    old
      .close(LONGEST_DEADLINE_MS)
      .catch(error => log.warn({ adapter, error: asRefusal(error, name).message }, 'could not be closed in order'))
      .finally(() => retired.delete(old))
  }
  void connect(options, connecting)

  return {
    name,
    get connected() {
      return connection !== undefined
    },
    async publish(event, signal, onLateAcceptance = () => {}) {
      if (connection === undefined) {
        const refusal = new UnavailableError(
          `Destination "${name}" is not connected yet. ${fault ?? 'See whether its broker answers.'}`
        )
        return { destination: name, outcome: 'unavailable', refusal }
      }
      const start = performance.now()
      const result = (outcome: Outcome) => ({ destination: name, outcome, seconds: (performance.now() - start) / 1000 })
      try {
        const messageId = await connection.publish(event, signal, onLateAcceptance)
        return { ...result('accepted'), messageId }
      } catch (error) {
        const refusal = asRefusal(error, name)
        return { ...result(refusal instanceof EventError ? 'refused' : 'unavailable'), refusal }
      }
    },
    reconnect(options) {
      if (closed) return
      connecting.abort()
      connecting = new AbortController()
      void connect(options, connecting)
    },
    async close() {
      closed = true
      connecting.abort()
      // One that is still connecting may never get there; if it does, it is closed then.
      await Promise.all([...retired, ...(connection ? [connection] : [])].map(open => open.close(SETTLE_MS)))
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
