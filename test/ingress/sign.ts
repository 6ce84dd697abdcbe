import { createHmac, randomUUID } from 'node:crypto'
import { type Signer, staticSigner } from '../../src/standin/sign.ts'
import type { Header } from './wire.ts'

export const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
/** Well-formed, and known to no bridge. */
export const OTHER_SECRET = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD'

export const nowInSeconds = () => Math.floor(Date.now() / 1000)

export interface SigningOptions {
  readonly id?: string
  readonly timestamp?: number
  readonly signer?: Signer
}

/** The three headers of a webhook, signed by the reference implementation unless another signer is given. */
export function signed(body: string, options: SigningOptions = {}): Header[] {
  const { id = `msg_${randomUUID()}`, timestamp = nowInSeconds(), signer = staticSigner(SECRET) } = options
  return webhookHeaders(id, String(timestamp), signer({ id, body }, timestamp))
}

/** The same for bytes that are not text, which the reference implementation would decode before it signs. */
export function signedBytes(body: Buffer, secret = SECRET): Header[] {
  const id = `msg_${randomUUID()}`
  const timestamp = String(nowInSeconds())
  const hmac = createHmac('sha256', Buffer.from(secret.replace('whsec_', ''), 'base64'))
  return webhookHeaders(id, timestamp, `v1,${hmac.update(`${id}.${timestamp}.`).update(body).digest('base64')}`)
}

export function webhookHeaders(id: string, timestamp: string, signature: string): Header[] {
  return [
    ['webhook-id', id],
    ['webhook-timestamp', timestamp],
    ['webhook-signature', signature]
  ]
}
