import { type KeySetServer, serveKeySet } from '../../src/standin/key-set.ts'

export type OpenKeySet = KeySetServer & AsyncDisposable

/** The stand-in's key set, closed at the end of its block. */
export async function openKeySet(count?: number): Promise<OpenKeySet> {
  const keySet = await serveKeySet(count)
  return Object.assign(keySet, { [Symbol.asyncDispose]: () => keySet.close() })
}
