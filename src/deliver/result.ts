import { EventError, UnavailableError } from '../errors.ts'
import type { PublishResult } from './destination.ts'
import type { FallbackOutcome } from './fallback.ts'

/**
 * What became of an event at one destination. Settled: `accepted`; `duplicate`, it had the event already; `fallback` and
 * `deadLettered`, another has it in its stead. Not settled: `refused`, for good; `unavailable`; and `dropped`, a
 * best-effort one for which there was no room.
 */
export type Ending = FallbackOutcome | 'duplicate' | 'deadLettered' | 'dropped'
export type Result = PublishResult<Ending>

const SETTLED: ReadonlySet<Ending> = new Set(['accepted', 'duplicate', 'fallback', 'deadLettered'])

/** Whether the destination needs nothing more of this event. */
export function isSettled({ outcome }: Result): boolean {
  return SETTLED.has(outcome)
}

/**
 * Throws unless every destination is settled.
 * @throws {UnavailableError} when one of them may accept the event later; this outweighs a refusal for good by another
 * @throws {EventError} when one of them never will
 */
export function assertSettled(results: readonly Result[]): void {
  const refusals = results
    .filter(result => !isSettled(result))
    .map(
      ({ destination, refusal }) =>
        refusal ??
        new UnavailableError(`Destination "${destination}" gave no reason. Report it as a fault of the bridge.`)
    )
  const refusal = refusals.find(refusal => !(refusal instanceof EventError)) ?? refusals[0]
  if (refusal) throw refusal
}
