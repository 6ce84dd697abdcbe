import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import { sha256 } from './fingerprint.ts'

/** A public key that may vouch for webhooks. */
export interface VerificationKey {
  /** Ed25519 for `v1a`, RSA for the JWT form. */
  readonly type: 'ed25519' | 'rsa'
  readonly kid: string | undefined
  /** RFC 7638 thumbprint, SHA-256 in base64url. */
  readonly thumbprint: string
  readonly key: KeyObject
}

/** Each `v1a` entry costs a verification per key. Google publishes three. */
const MAX_KEYS = 16
/** RFC 7518, section 3.3. */
const MIN_RSA_BITS = 2048

/**
 * The usable keys of a key set (RFC 7517), at most `MAX_KEYS`. Keys of other kinds or uses are skipped.
 * @param types which kinds are of use
 * @throws {Error} if it is not a key set, or holds no usable key
 */
export function parseKeySet(text: string, types: readonly VerificationKey['type'][]): VerificationKey[] {
  let set: unknown
  try {
    set = JSON.parse(text)
  } catch {
    throw new Error('the answer is not JSON')
  }
  const list: unknown = set !== null && typeof set === 'object' && 'keys' in set ? set.keys : undefined
  if (!Array.isArray(list)) throw new Error('the answer is not a key set: it has no array "keys"')
  const keys = list
    .flatMap(jwk => parseKey(jwk) ?? [])
    .filter(({ type }) => types.includes(type))
    .slice(0, MAX_KEYS)
  if (keys.length === 0) throw new Error(`none of its ${list.length} keys is a usable ${types.join(' or ')} key`)
  return keys
}

function parseKey(jwk: unknown): VerificationKey | undefined {
  if (jwk === null || typeof jwk !== 'object') return undefined
  const { kid: id, use, alg } = jwk as Record<string, unknown>
  if (use !== undefined && use !== 'sig') return undefined
  const kid = typeof id === 'string' ? id : undefined
  try {
    const key = createPublicKey({ format: 'jwk', key: jwk as JsonWebKey })
    if (key.asymmetricKeyType === 'ed25519') {
      return { type: 'ed25519', kid, thumbprint: thumbprint(key, ['crv', 'kty', 'x']), key }
    }
    const bits = key.asymmetricKeyDetails?.modulusLength ?? 0
    if (key.asymmetricKeyType === 'rsa' && (alg === undefined || alg === 'RS256') && bits >= MIN_RSA_BITS) {
      return { type: 'rsa', kid, thumbprint: thumbprint(key, ['e', 'kty', 'n']), key }
    }
  } catch {
    // Not a key: skipped, like those of an unknown kind.
  }
  return undefined
}

/** @see https://www.rfc-editor.org/rfc/rfc7638#section-3 */
function thumbprint(key: KeyObject, members: (keyof JsonWebKey)[]): string {
  const jwk = key.export({ format: 'jwk' })
  return sha256(JSON.stringify(jwk, members)).toString('base64url')
}
