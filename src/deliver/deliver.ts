import type { CloudEvent } from '../adapter.ts'
import { EventError } from '../errors.ts'
import type { Destination, PublishResult } from './destination.ts'

/** Publishes the event to every destination, side by side; settles with the last of them. */
export function deliver(
  event: CloudEvent,
  destinations: readonly Destination[],
  signal: AbortSignal
): Promise<PublishResult[]> {
  return Promise.all(destinations.map(destination => destination.publish(event, signal)))
}

/**
 * Throws unless every destination has accepted the event.
 * @throws {UnavailableError} when one of them may accept it later; this outweighs a refusal for good by another
 * @throws {EventError} when one of them never will
 */
export function assertAccepted(results: readonly PublishResult[]): void {
  const refusals = results.map(({ refusal }) => refusal).filter(refusal => refusal !== undefined)
  const refusal = refusals.find(refusal => !(refusal instanceof EventError)) ?? refusals[0]
  if (refusal) throw refusal
}
