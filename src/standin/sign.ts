import { type KeyObject, sign } from 'node:crypto'
import { Webhook as StandardWebhook } from 'standardwebhooks'

/** One event on its way: every redelivery has the same `id` and the same `body`. */
export interface Webhook {
  /** The `webhook-id`. */
  readonly id: string
  /** The body's text. Not bytes: `standardwebhooks` would decode them before it signs. */
  readonly body: string
}

/**
 * Makes the value of `webhook-signature`.
 * @param timestamp the `webhook-timestamp`, in seconds since 1970
 */
export type Signer = (webhook: Webhook, timestamp: number) => string

/**
 * Signs as Gemini does for static webhooks (`v1`, HMAC-SHA256), by the reference implementation, so that the bridge's own
 * verifier is never its only judge.
 * @param secrets signing secrets; each gives one entry, as during a rotation
 * @throws {Error} if a secret is not base64
 */
export function staticSigner(...secrets: readonly string[]): Signer {
  const signers = secrets.map(secret => new StandardWebhook(secret))
  return ({ id, body }, timestamp) => signers.map(signer => signer.sign(id, new Date(timestamp * 1000), body)).join(' ')
}

/**
 * Signs as Gemini does for dynamic webhooks (`v1a`, Ed25519).
 * @param keys Ed25519 private keys; each gives one entry
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#asymmetric
 */
export function dynamicSigner(...keys: readonly KeyObject[]): Signer {
  return ({ id, body }, timestamp) => {
    const signed = Buffer.from(`${id}.${timestamp}.${body}`)
    return keys.map(key => `v1a,${sign(null, signed, key).toString('base64')}`).join(' ')
  }
}
