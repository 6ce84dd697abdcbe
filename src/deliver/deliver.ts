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

/** What a deliverer is made of. */
export interface DelivererParts {
  readonly route: (event: CloudEvent) => readonly Target[]
  /** How to publish to each destination, by its name. */
  readonly publishers: ReadonlyMap<string, Publish>
  /** Absent where redeliveries are published anew. */
  readonly accepted: Accepted | undefined
  readonly once: Once
  readonly bury: Bury | undefined
  /** Where best-effort publishes run. */
  readonly background: Background
  /** Told of each best-effort publish for which there is no room. */
  readonly onDropped: (destination: string, event: CloudEvent) => void
}

/** Stands for the destination of a body that is no event. No destination has such a name. */
const ENVELOPE = '.envelope'

export function createDeliverer(parts: DelivererParts): Deliverer {
  const { route, publishers, accepted, once, bury, background, onDropped } = parts

  const settle = (event: CloudEvent, { destination, required }: Target, body: Uint8Array, signal: AbortSignal) =>
    once(keyOf(event), destination, signal, async (signal, onLateAcceptance) => {
      const publish = publishers.get(destination)
      if (publish === undefined) throw new Error(`a route leads to "${destination}", which is no destination`)
      const result = await publish(event, signal, onLateAcceptance)
      return required && bury && result.refusal instanceof EventError
        ? bury(event, { destination, body, refusal: result.refusal }, signal, onLateAcceptance)
        : result
    })
  const startBestEffort = (event: CloudEvent, target: Target, body: Uint8Array): Promise<Result> => {
    try {
      return background.start(event.data.length, signal => settle(event, target, body, signal))
    } catch (refusal) {
      if (!(refusal instanceof UnavailableError)) throw refusal
      onDropped(target.destination, event)
      return Promise.resolve({ destination: target.destination, outcome: 'dropped', refusal })
    }
  }

  return {
    async deliver(event, body, signal) {
      const targets = route(event)
      const names = targets.map(({ destination }) => destination)
      await accepted?.recall(keyOf(event), names)
      const required = targets.filter(target => target.required)
      const waitedFor = required.map(target => settle(event, target, body, signal))
      const others = targets.filter(target => !target.required).map(target => startBestEffort(event, target, body))
      return required.length > 0 || others.length === 0 ? Promise.all(waitedFor) : firstSettled(others, signal)
    },
    async deliverUnreadable(webhook, refused, signal) {
      if (bury === undefined) throw refused.refusal
      await accepted?.recall(keyOf(webhook), [ENVELOPE])
      const work = (signal: AbortSignal, onLateAcceptance: () => void) =>
        bury(webhook, refused, signal, onLateAcceptance)
      return [await once(keyOf(webhook), ENVELOPE, signal, work)]
    }
  }
}

/**
 * The first result that is settled, or else all of them.
 * @throws {UnavailableError} when `signal` aborts before
 */
function firstSettled(pending: readonly Promise<Result>[], signal: AbortSignal): Promise<readonly Result[]> {
  return new Promise((resolve, reject) => {
    const onAbort = () =>
      reject(new UnavailableError('No destination had accepted the event by the end of limits.acknowledge.'))
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    for (const each of pending) each.then(result => isSettled(result) && resolve([result]), reject)
    Promise.all(pending)
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', onAbort))
  })
}
