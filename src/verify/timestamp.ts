import { VerificationError } from '../errors.ts'

/** How far `webhook-timestamp` may be from the time of arrival, either way, in ms. */
export interface Tolerance {
  readonly past: number
  readonly future: number
}

/**
 * Refuses what is not of now. Called when the signature has matched: the message may say so.
 * Timestamps are whole seconds, so the time of arrival is cut to whole seconds too.
 * @param timestamp Unix seconds, in digits
 * @param receivedAt ms since the epoch
 * @throws {VerificationError} `ERR_TIMESTAMP`
 */
export function checkTimestamp(timestamp: string, receivedAt: number, tolerance: Tolerance): void {
  const age = ageOf(timestamp, receivedAt)
  if (age * 1000 > tolerance.past) throw outside(age, tolerance.past, 'old', 'past')
  if (-age * 1000 > tolerance.future) throw outside(-age, tolerance.future, 'in the future', 'future')
}

/** Whether it is not of now because it is of the past. */
export function isTooOld(timestamp: string, receivedAt: number, { past }: Tolerance): boolean {
  return ageOf(timestamp, receivedAt) * 1000 > past
}

function ageOf(timestamp: string, receivedAt: number): number {
  return Math.floor(receivedAt / 1000) - Number(timestamp)
}

function outside(seconds: number, limit: number, direction: string, option: string): VerificationError {
  return new VerificationError(
    'ERR_TIMESTAMP',
    `The signature matches, but webhook-timestamp is ${seconds} s ${direction}, ${seconds - limit / 1000} s outside the tolerance of ${limit / 1000} s. Check this machine's clock, or raise the endpoint's tolerance.${option}.`
  )
}
