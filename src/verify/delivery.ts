import type { SignedHeaders } from './headers.ts'

/** One webhook as it arrived; all that verification may look at. */
export interface Delivery extends SignedHeaders {
  /** The body's bytes, as received. */
  readonly body: Buffer
  /** When the whole request was there, in ms since the epoch. */
  readonly receivedAt: number
  /** What `Verifier.admit` returned for this request: without it, an endpoint with callback tokens takes nothing dynamic. */
  readonly token?: string | undefined
}

/** A webhook that is proven genuine and fresh. */
export interface Verified {
  /** The bytes that are vouched for: the body, or the claims of a JWT that carries the event itself. */
  readonly body: Buffer
  readonly scheme: 'static' | 'dynamic' | 'jwt' | 'insecure'
  /** Which key matched, safe to publish: a secret's fingerprint, a public key's RFC 7638 thumbprint, or `none`. */
  readonly key: string
}

/**
 * What a signature covers, up to the body: the id and the timestamp exactly as sent.
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#signature-scheme
 */
export function signedPrefix({ id, timestamp }: SignedHeaders): string {
  return `${id}.${timestamp}.`
}
