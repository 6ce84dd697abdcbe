import { isLoopback } from '../loopback.ts'

/** Where the Gemini API is, unless GOOGLE_GEMINI_BASE_URL names another address. */
export const GEMINI_API = 'https://generativelanguage.googleapis.com'

/** What it takes to call the Gemini API. */
export interface Access {
  /** Without a slash at its end. */
  readonly base: string
  readonly key: string
}

/**
 * The address of the Gemini API: https, or http on loopback. The API key goes there.
 * @throws {Error} saying what is wrong, without the address's credentials
 */
export function parseBaseUrl(text: string): string {
  const url = URL.parse(text)
  if (url === null) throw new Error('is not a URL. Write https://…, or unset it')
  if (url.username !== '' || url.password !== '') throw new Error('must not hold a user name or password')
  if (url.search !== '' || url.hash !== '') throw new Error('must have neither a query nor a fragment')
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname))) {
    throw new Error('must be an https address (http only for a loopback host), since the API key goes there')
  }
  return url.href.replace(/\/+$/, '')
}

/**
 * An API key as it can stand in a header.
 * @throws {Error} saying what is wrong, without any part of the key
 */
export function parseApiKey(text: string): string {
  if (/^[\x21-\x7e]+$/.test(text)) return text
  throw new Error(
    /^[\x21-\x7e]+$/.test(text.trim())
      ? 'begins or ends with white space, perhaps a line break. Remove it'
      : 'has characters in it that no API key has, white space perhaps. Set it to one key, in one piece'
  )
}
