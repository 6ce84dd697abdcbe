import type { Finding } from '../../src/adapter.ts'
import { type Entry, type Faults, toFault } from './fault.ts'

/** Its errors' own words are about events that were not accepted. */
const unknown: Entry = {
  kind: 'passing',
  says: (to, detail) => `"${to}" cannot be looked at${detail}. See the broker's own log.`
}

/** What an error tells whoever only looks at the destination. */
export function toFinding(cause: unknown, to: string, faults: Faults): Finding {
  const { error, about = 'reachable' } = toFault(cause, to, { ...faults, unknown })
  return { about, state: 'fault', says: error.message }
}

/** That this is as it should be. */
export function ok(about: Finding['about'], says: string): Finding {
  return { about, state: 'ok', says }
}

/** What keeps something from being known, when nothing is known to be wrong with it. */
export function unknowable(about: Finding['about'], says: string): Finding {
  return { about, state: 'unknown', says }
}

/**
 * What a first answer shows beyond what it says: whoever says that the destination is missing was reached, and knows
 * the bridge.
 * @param fault what the answer says is wrong, if anything
 */
export function shownBy(fault: Finding | undefined, reachable: string, authenticated: string): Finding[] {
  if (fault?.about === 'reachable') return []
  if (fault?.about === 'authenticated') return [ok('reachable', reachable)]
  return [ok('reachable', reachable), ok('authenticated', authenticated)]
}

/** What a broker has answered, or what the failure to do so tells. */
export type Answer<T> =
  | { readonly answer: T; readonly fault?: undefined }
  | { readonly answer?: undefined; readonly fault: Finding }

/** Asks; never rejects. */
export async function attempt<T>(ask: () => Promise<T>, explain: (cause: unknown) => Finding): Promise<Answer<T>> {
  try {
    return { answer: await ask() }
  } catch (cause) {
    return { fault: explain(cause) }
  }
}
