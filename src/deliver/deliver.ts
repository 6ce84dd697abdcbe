import { EventError, UnavailableError } from '../errors.ts'
import type { CloudEvent } from '../event.ts'
import type { Accepted } from './accepted.ts'
import type { Background } from './background.ts'
import type { Bury } from './bury.ts'
import type { Unpublishable } from './dead-letter.ts'
import type { Publish } from './fallback.ts'
import { keyOf } from './key.ts'
import type { Once } from './once.ts'
import { isSettled, type Result } from './result.ts'
import type { Target } from './routes.ts'

/** Delivers verified webhooks to where their events belong. */
export interface Deliverer {
  /**
   * Publishes an event to all its targets side by side. Settles with the last of the required ones; where there are none,
   * with the first acceptance.
   * @param body the webhook's own bytes, for the dead letter
   * @param signal aborts when the acknowledgement is due; everything settles then at the latest
   * @returns what became of it at the targets that it waited for
   */
  deliver(event: CloudEvent, body: Uint8Array, signal: AbortSignal): Promise<readonly Result[]>
  /**
   * Hands a webhook whose body is no event to the dead letter.
   * @throws {EventError} the refusal, where there is no dead letter
   */
  deliverUnreadable(
    webhook: Unpublishable,
    refused: { readonly body: Uint8Array; readonly refusal: EventError },
    signal: AbortSignal
  ): Promise<readonly Result[]>
}

/** An event, the webhook's body that it was made of, and the key of both. */
interface Item {
  readonly key: string
  readonly event: CloudEvent
  readonly body: Uint8Array
}

/** What a deliverer is made of. */
export interface DelivererParts {
  readonly route: (event: CloudEvent) => readonly Target[]
  /** How to publish to each destination, by its name. */
  readonly publishers: ReadonlyMap<string, Publish>
  /** Absent where redeliveries are published anew. */
  readonly accepted: Accepted | undefined
  readonly once: Once
  readonly bury: Bury | undefined
  /** Where best-effort publishes run: each destination has its own, so that none takes the room of another. */
  readonly background: (destination: string) => Background
  /** Told of each best-effort publish for which there is no room. */
  readonly onDropped: (destination: string, event: CloudEvent) => void
  /** Told of each that has failed: no answer tells of it. */
  readonly onUnsettled: (result: Result, event: CloudEvent) => void
  /** Told of what should not have happened where nobody waits for it. */
  readonly onFault: (error: unknown) => void
}

/** Stands for the destination of a body that is no event. No destination has such a name. */
const ENVELOPE = '.envelope'

export function createDeliverer(parts: DelivererParts): Deliverer {
  const { route, publishers, accepted, once, bury, background, onDropped, onUnsettled, onFault } = parts

  const settle = ({ key, event, body }: Item, { destination, required }: Target, signal: AbortSignal) =>
    once(key, destination, signal, async (signal, onLateAcceptance) => {
      const publish = publishers.get(destination)
      if (publish === undefined) throw new Error(`a route leads to "${destination}", which is no destination`)
      const result = await publish(event, signal, onLateAcceptance)
      return required && bury && result.refusal instanceof EventError
        ? bury(event, { destination, body, refusal: result.refusal }, signal, onLateAcceptance)
        : result
    })
  const settleInBackground = async (item: Item, target: Target): Promise<Result> => {
    const { destination } = target
    try {
      const result = await background(destination).start(item.body.length, signal => settle(item, target, signal))
      if (!isSettled(result)) onUnsettled(result, item.event)
      return result
    } catch (error) {
      if (error instanceof UnavailableError) {
        onDropped(destination, item.event)
        return { destination, outcome: 'dropped', refusal: error }
      }
      onFault(error)
      const refusal = new UnavailableError(
        `Destination "${destination}" failed unexpectedly. Report it, with the stack in the log.`,
        { cause: error }
      )
      return { destination, outcome: 'unavailable', refusal }
    }
  }

  return {
    async deliver(event, body, signal) {
      const key = keyOf(event)
      const item = { key, event, body }
      const targets = route(event)
      const names = targets.map(({ destination }) => destination)
      const recalling = accepted?.recall(key, names, signal)
      if (recalling !== undefined) await recalling
      const required = targets.filter(target => target.required)
      const others = targets.filter(target => !target.required)
      const waitedFor = required.map(target => settle(item, target, signal))
      // What a destination has already needs no room in the background.
      const notWaitedFor = others.map(target =>
        accepted?.has(key, target.destination) ? settle(item, target, signal) : settleInBackground(item, target)
      )
      if (required.length > 0 || others.length === 0) return Promise.all(waitedFor)
      // Another delivery of the event may have brought it there, although this one was refused.
      const settledSince = () => names.find(name => accepted?.has(key, name))
      return firstSettled(notWaitedFor, signal, settledSince)
    },
    async deliverUnreadable(webhook, refused, signal) {
      if (bury === undefined) throw refused.refusal
      const key = keyOf(webhook)
      await accepted?.recall(key, [ENVELOPE], signal)
      const work = (signal: AbortSignal, onLateAcceptance: () => void) =>
        bury(webhook, refused, signal, onLateAcceptance)
      const result = await once(key, ENVELOPE, signal, work)
      return [{ ...result, destination: 'envelope' }]
    }
  }
}

/**
 * The first result that is settled, or else all of them.
 * @param settledSince a destination that has the event by now, by whatever way
 * @throws {UnavailableError} when `signal` aborts before
 */
function firstSettled(
  pending: readonly Promise<Result>[],
  signal: AbortSignal,
  settledSince: () => string | undefined
): Promise<readonly Result[]> {
  return new Promise((resolve, reject) => {
    const endWith = (otherwise: () => void) => {
      const destination = settledSince()
      if (destination === undefined) otherwise()
      else resolve([{ destination, outcome: 'duplicate' }])
    }
    const onAbort = () =>
      endWith(() =>
        reject(
          new UnavailableError(
            'No destination had accepted the event by the end of limits.acknowledge. See why their brokers are slow.'
          )
        )
      )
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    for (const each of pending) each.then(result => isSettled(result) && resolve([result]), reject)
    Promise.all(pending)
      .then(results => endWith(() => resolve(results)), reject)
      .finally(() => signal.removeEventListener('abort', onAbort))
  })
}
