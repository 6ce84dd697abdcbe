import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto'
import { type Delivery, signedPrefix } from './delivery.ts'
import { fingerprint } from './fingerprint.ts'
import { parseSecret } from './secret.ts'

/** Whether one of the `v1` signatures is right: the fingerprint of the secret that made it, or undefined. */
export type StaticVerifier = (delivery: Delivery, signatures: readonly string[]) => string | undefined

/**
 * Verifies static webhooks: HMAC-SHA256 over the raw bytes, by any of the secrets.
 * @throws {Error} what `parseSecret` throws; without any secret, too
 */
export function createStaticVerifier(secrets: readonly string[]): StaticVerifier {
  if (secrets.length === 0) throw new Error('A static endpoint needs a signing secret.')
  // As key objects: handing node:crypto the raw bytes each time costs several times as much.
  const keys = secrets.map(secret => ({ key: createSecretKey(parseSecret(secret)), name: fingerprint(secret) }))
  return (delivery, signatures) => {
    if (signatures.length === 0) return undefined
    const candidates = signatures.map(signature => Buffer.from(signature))
    const prefix = signedPrefix(delivery)
    let matched: string | undefined
    // No early end: the time taken says nothing about which secret, or which entry, was the right one.
    for (const { key, name } of keys) {
      const expected = Buffer.from(createHmac('sha256', key).update(prefix).update(delivery.body).digest('base64'))
      for (const candidate of candidates) {
        if (candidate.length === expected.length && timingSafeEqual(candidate, expected)) matched ??= name
      }
    }
    return matched
  }
}
