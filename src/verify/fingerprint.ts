import { createHash } from 'node:crypto'

/** The SHA-256 of a text. */
export function sha256(text: string | Buffer): Buffer {
  return createHash('sha256').update(text).digest()
}

/**
 * The first 8 hex digits of a secret's SHA-256: enough to see in a metric which one is still in use, and useless to
 * whoever wants the secret, since secrets and callback tokens have far more than 32 bits.
 */
export function fingerprint(secret: string): string {
  return sha256(secret).toString('hex').slice(0, 8)
}
