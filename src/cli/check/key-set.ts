import type { Finding } from '../../adapter.ts'
import { type DynamicVerification, keyTypes } from '../../verify/dynamic.ts'
import { fetchKeySet } from '../../verify/fetch-key-set.ts'
import { parseKeysUrl } from '../../verify/keys-url.ts'
import { parseKeySet } from '../../verify/parse-key-set.ts'

const MEANING = 'Dynamic webhooks get 503.'

/** Loads the key set once, as the bridge does. */
export async function* inspectKeySet(
  { keys, jwt }: Pick<DynamicVerification, 'keys' | 'jwt'>,
  signal: AbortSignal
): AsyncGenerator<Finding> {
  const url = parseKeysUrl(keys.url)
  const fault = (error: unknown) => `The key set cannot be used: ${error instanceof Error ? error.message : error}.`
  let text: string
  try {
    text = await fetchKeySet(url, fetch, signal)
  } catch (error) {
    const says = `${fault(error)} ${MEANING} Let this machine reach it (DNS, proxy, firewall), or correct verify.dynamic.keys.`
    yield { about: 'reachable', state: 'fault', says }
    return
  }
  yield { about: 'reachable', state: 'ok', says: 'The key set can be loaded.' }
  try {
    yield { about: 'exists', state: 'ok', says: `Usable keys: ${parseKeySet(text, keyTypes(jwt)).length}.` }
  } catch (error) {
    yield { about: 'exists', state: 'fault', says: `${fault(error)} ${MEANING} Correct verify.dynamic.keys.` }
  }
}
