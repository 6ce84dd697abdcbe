import type { Admission } from './deliver/admission.ts'
import type { Deliverer } from './deliver/deliver.ts'
import { keyOf } from './deliver/key.ts'
import type { RefusedIds } from './deliver/refused-ids.ts'
import { assertSettled, type Result } from './deliver/result.ts'
import { EventError, UnavailableError } from './errors.ts'
import type { TraceContext } from './normalize/trace-context.ts'
import type { Normalized, VerifiedWebhook } from './normalize.ts'
import type { TraceReference } from './trace-context.ts'
import type { Tolerance } from './verify/timestamp.ts'
import type { Delivery, Verified, Verifier } from './verify/verify.ts'

/** A path of the bridge with its verifier. */
export interface Endpoint {
  readonly path: string
  /** The events' source. */
  readonly source: string
  readonly verifier: Verifier
  readonly tolerance: Tolerance
  readonly normalize: (webhook: VerifiedWebhook) => Normalized
}

/** A webhook as it arrived, whole. */
export interface Webhook extends Delivery {
  readonly trace: TraceContext
}

/** What became known of a webhook on its way, filled in step by step, so that a refusal can tell how far it came. */
export interface Receipt {
  verified?: Verified
  /** Whether it was too old, and taken all the same, since this bridge had refused it with a 503 before. */
  stale?: boolean
  /** Whether this bridge has seen the webhook before, as far as it remembers. */
  redelivery?: boolean
  /** The trace that it belongs to. */
  trace?: TraceReference
  normalized?: Normalized
  results?: readonly Result[]
}

/** What receiving takes beside the endpoint. */
export interface Receiver {
  readonly inFlight: Admission
  readonly deliverer: Deliverer
  readonly refused: RefusedIds
}

/**
 * Verify, normalize, deliver: resolves when every required destination has the event, or the dead letter in its stead,
 * and only then.
 * @param onVerified called once the webhook is proven genuine, before anything is done with it
 * @param signal aborts when the acknowledgement is due
 * @throws {RefusalError} for every reason not to acknowledge
 */
export async function receive(
  webhook: Webhook,
  endpoint: Endpoint,
  { inFlight, deliverer, refused }: Receiver,
  receipt: Receipt,
  onVerified: () => void,
  signal: AbortSignal
): Promise<void> {
  const key = () => keyOf({ source: endpoint.source, id: webhook.id })
  receipt.verified = await endpoint.verifier.verify(webhook, signal, async () => {
    const wasRefused = await refused.has(key(), webhook.timestamp)
    // When in doubt, 503: a replica may have refused it, and told Redis so.
    if (wasRefused === undefined)
      throw new UnavailableError(
        'The webhook is too old, unless it was refused with a 503 before, which only Redis can tell, and Redis does not answer. Bring Redis back; Gemini delivers again.'
      )
    receipt.stale = wasRefused
    return wasRefused
  })
  onVerified()
  receipt.redelivery = refused.any && refused.knows(key(), webhook.timestamp)
  const leave = inFlight.enter(receipt.verified.body.length)
  try {
    receipt.results = await deliver(webhook, endpoint, deliverer, receipt.verified.body, receipt, signal)
    receipt.redelivery ||= receipt.results.some(({ outcome }) => outcome === 'duplicate')
    assertSettled(receipt.results)
  } finally {
    leave()
  }
}

/** @throws {EventError} or rejects with it, where there is no dead letter */
function deliver(
  { id, receivedAt, trace }: Webhook,
  { source, normalize }: Endpoint,
  deliverer: Deliverer,
  body: Buffer,
  receipt: Receipt,
  signal: AbortSignal
): Promise<readonly Result[]> {
  try {
    receipt.normalized = normalize({ id, body, receivedAt, trace })
  } catch (refusal) {
    if (!(refusal instanceof EventError)) throw refusal
    const webhook = { id, source, recordedtime: new Date(receivedAt).toISOString(), ...trace }
    return deliverer.deliverUnreadable(webhook, { body, refusal }, signal)
  }
  return deliverer.deliver(receipt.normalized.event, body, signal)
}
