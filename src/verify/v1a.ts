import { verify } from 'node:crypto'
import { type Delivery, signedPrefix } from './delivery.ts'
import type { KeySet } from './key-set.ts'

/** 64 bytes in standard base64, padded and canonical: the last character has four unused bits, which must be zero. */
const ED25519_SIGNATURE = /^[A-Za-z0-9+/]{85}[AQgw]==$/

/**
 * Whether one of the `v1a` signatures is right: the thumbprint of the key that made it, or undefined.
 * The promise rejects with `ERR_KEYS` when the keys that would tell could not be had.
 */
export type V1aVerifier = (
  delivery: Delivery,
  signatures: readonly string[],
  signal: AbortSignal
) => Promise<string | undefined>

/**
 * Verifies dynamic webhooks in the form in which they really come: Ed25519 over the raw bytes, by any key of the key set, since nothing
 * in the request names one.
 * @see https://github.com/googleapis/python-genai/issues/2927
 */
export function createV1aVerifier(keySet: KeySet): V1aVerifier {
  return async (delivery, signatures, signal) => {
    const candidates = signatures
      .filter(signature => ED25519_SIGNATURE.test(signature))
      .map(signature => Buffer.from(signature, 'base64'))
    // What cannot be a signature is refused whether or not the keys are there: 401, never 503.
    if (candidates.length === 0) return undefined
    const signed = Buffer.concat([Buffer.from(signedPrefix(delivery)), delivery.body])
    const match = await keySet.search(
      keys =>
        keys.find(
          ({ type, key }) => type === 'ed25519' && candidates.some(candidate => verify(null, signed, key, candidate))
        ),
      signal
    )
    return match?.thumbprint
  }
}
