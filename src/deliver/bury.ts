import { type EventError, UnavailableError } from '../errors.ts'
import { toDeadLetter, type Unpublishable } from './dead-letter.ts'
import type { Publish } from './fallback.ts'
import type { Result } from './result.ts'

/**
 * Publishes what `destination` has refused for good to the dead letter.
 * @param destination its name; undefined when the webhook's body is no event
 * @returns `deadLettered`, or `unavailable`: what the dead letter itself does not take is delivered again
 */
export type Bury = (
  webhook: Unpublishable,
  refused: { readonly destination?: string; readonly body: Uint8Array; readonly refusal: EventError },
  signal: AbortSignal,
  onLateAcceptance: () => void
) => Promise<Result>

/** @param onDeadLetter told of each event that the dead letter has accepted */
export function createBury(
  to: { readonly name: string; readonly publish: Publish },
  typePrefix: string,
  onDeadLetter: (destination: string, refusal: EventError) => void
): Bury {
  return async (webhook, { destination, body, refusal }, signal, onLateAcceptance) => {
    const letter = toDeadLetter(webhook, { destination, body, reason: refusal.code, typePrefix })
    const name = destination ?? 'envelope'
    const result = await to.publish(letter, signal, () => {
      onDeadLetter(name, refusal)
      onLateAcceptance()
    })
    if (result.outcome === 'accepted' || result.outcome === 'fallback') {
      onDeadLetter(name, refusal)
      return { ...result, destination: name, outcome: 'deadLettered', refusal }
    }
    const message = `${refusal.message} The dead letter "${to.name}" has not taken it: ${result.refusal?.message}`
    return {
      destination: name,
      outcome: 'unavailable',
      refusal: new UnavailableError(message, { cause: result.refusal })
    }
  }
}
