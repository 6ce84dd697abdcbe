import { timingSafeEqual } from 'node:crypto'
import { fingerprint, sha256 } from './fingerprint.ts'

/** The fingerprint of the callback token in a raw query string, or undefined when it is missing, repeated or wrong. */
export type TokenCheck = (query: string) => string | undefined

/** Compares by digests: they are all of one length, so that the time taken says nothing about a token. */
export function createTokenCheck(tokens: readonly string[]): TokenCheck {
  const known = tokens.map(token => ({ digest: sha256(token), name: fingerprint(token) }))
  return query => {
    const [token, ...more] = new URLSearchParams(query).getAll('token')
    if (token === undefined || more.length > 0) return undefined
    const sent = sha256(token)
    let matched: string | undefined
    for (const { digest, name } of known) {
      if (timingSafeEqual(sent, digest)) matched ??= name
    }
    return matched
  }
}
