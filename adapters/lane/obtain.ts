import { UnavailableError } from '../../src/adapter.ts'
import { within } from './within.ts'

/** How long it may take, in milliseconds: Google's client looks for a metadata server for 3 s. */
const OBTAIN_MS = 5000

/** Why something could not be had, in words that hold no secret. */
export class Reason extends Error {}

/**
 * Gets what a client needs before its first request, such as a credential. What a client says of a failure may quote a
 * credential, so only its code is passed on, unless it is a `Reason`.
 * @param missing what happened when there is none, as `AWS gave the bridge no credentials`
 * @param remedy what to do then
 * @throws {UnavailableError} with both, and the reason
 */
export async function obtain<T>(from: () => Promise<T>, missing: string, remedy: string): Promise<T> {
  try {
    return await within(AbortSignal.timeout(OBTAIN_MS), from())
  } catch (cause) {
    const reason = reasonOf(cause)
    throw new UnavailableError(`${missing}${reason === undefined ? '' : ` (${reason})`}. ${remedy}.`)
  }
}

function reasonOf(cause: unknown): string | undefined {
  if (!(cause instanceof Error)) return undefined
  if (cause instanceof Reason) return cause.message
  const { code, status, name }: Error & { code?: unknown; status?: unknown } = cause
  // A number for a code repeats the status, or is that of an aborted signal, which nobody knows.
  const told = [typeof code === 'string' ? code : undefined, status, name]
  return told.filter(text => text !== undefined && text !== 'Error').map(String)[0]
}
