import { isLoopback } from '../../loopback.ts'

/**
 * Reads `--url`: https, or http on loopback (for a stand-in). Gemini keeps it, and shows it to whoever may list webhooks.
 * @throws {Error} saying what is wrong, without the URL itself, which may hold a password
 */
export function parseWebhookUrl(text: string): URL {
  const url = URL.parse(text)
  if (url === null) throw new Error('is not a URL. Write it whole, from https:// on')
  if (url.username !== '' || url.password !== '') throw new Error('must not hold a user name or password')
  if (url.hash !== '') throw new Error('must not have a fragment (#…): it would never be sent')
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname))) {
    throw new Error('must begin with https:// (http:// only for a loopback host)')
  }
  return url
}

/** What is worth a word about a URL that can be registered. */
export function notesOnUrl({ pathname, search }: URL): readonly string[] {
  return [
    ...(pathname === '/' ? ["The URL has no path; the bridge's endpoints have one, such as /webhooks/gemini."] : []),
    ...(search === '' ? [] : ['The URL has a query, which a static webhook does not need: the secret is its proof.'])
  ]
}
