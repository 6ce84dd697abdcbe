import { isLoopback } from '../loopback.ts'

/**
 * The address of a key set: https, or http on loopback. Whoever can change an answer on its way could sign webhooks.
 * @throws {Error} saying what is wrong, without the address's credentials
 */
export function parseKeysUrl(text: string): URL {
  const url = URL.parse(text)
  if (url === null) throw new Error('The address of the key set is not a URL. Write https://….')
  if (url.username !== '' || url.password !== '') {
    throw new Error('The address of the key set must not hold a user name or password.')
  }
  if (url.search !== '') throw new Error('The address of the key set must not have a query: it would be shown.')
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname))) {
    throw new Error(`The key set must come by https (http only from loopback), not from ${url.protocol}//${url.host}.`)
  }
  return url
}
