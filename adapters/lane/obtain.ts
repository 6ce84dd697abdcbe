import { UnavailableError } from '../../src/adapter.ts'

/** How long it may take, in milliseconds: Google's client looks for a metadata server for 3 s. */
const OBTAIN_MS = 5000

/**
 * Gets what a client needs before its first request, such as a credential.
 * @param missing what happened when there is none, as `AWS gave the bridge no credentials`
 * @param remedy what to do then
 * @throws {UnavailableError} with both, and the reason
 */
export async function obtain<T>(from: () => Promise<T>, missing: string, remedy: string): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error(`nothing within ${OBTAIN_MS} ms`)), OBTAIN_MS)
  try {
    return await Promise.race([from(), late.promise])
  } catch (cause) {
    throw new UnavailableError(`${missing} (${cause instanceof Error ? cause.message : cause}). ${remedy}.`)
  } finally {
    clearTimeout(timer)
  }
}
