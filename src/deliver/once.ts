import { UnavailableError } from '../errors.ts'
import type { Accepted } from './accepted.ts'
import { createFlights } from './flights.ts'
import { isSettled, type Result } from './result.ts'

/** What is known when an event is about to be published: the destination has it, it is on its way there, or neither. */
export type Lookup = 'hit' | 'shared' | 'miss'

/**
 * Settles an event at a destination: one piece of work at a time for each pair, whoever asks for it, and none once that
 * has settled it.
 * @param key of the event
 * @param work is told what to call should the event be accepted when nobody waits for it any more
 */
export type Once = (
  key: string,
  destination: string,
  signal: AbortSignal,
  work: (signal: AbortSignal, onLateAcceptance: () => void) => Promise<Result>
) => Promise<Result>

/** @param accepted without it, every delivery is published by itself */
export function createOnce(accepted: Accepted | undefined, onLookup: (lookup: Lookup) => void): Once {
  if (accepted === undefined) return (_key, _destination, signal, work) => work(signal, () => {})
  const flights = createFlights<Result>()

  return (key, destination, signal, work) => {
    if (accepted.has(key, destination)) {
      onLookup('hit')
      return Promise.resolve({ destination, outcome: 'duplicate' })
    }
    const pair = `${destination} ${key}`
    onLookup(flights.has(pair) ? 'shared' : 'miss')
    const remember = () => accepted.add(key, destination)
    const start = async (signal: AbortSignal) => {
      const result = await work(signal, remember)
      if (isSettled(result)) remember()
      return result
    }
    return flights.share(pair, signal, start, () => late(destination))
  }
}

function late(destination: string): Result {
  const message = `Destination "${destination}" had not accepted the event by the end of limits.acknowledge; it still may. See why its broker is slow.`
  return { destination, outcome: 'unavailable', refusal: new UnavailableError(message) }
}
