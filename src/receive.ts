import type { Admission } from './deliver/admission.ts'
import { assertAccepted, deliver } from './deliver/deliver.ts'
import type { Destination, PublishResult } from './deliver/destination.ts'
import type { TraceContext } from './normalize/trace-context.ts'
import type { Normalized, VerifiedWebhook } from './normalize.ts'
import type { Delivery, Verified, Verifier } from './verify/verify.ts'

/** A path of the bridge with its verifier. */
export interface Endpoint {
  readonly path: string
  readonly verifier: Verifier
  readonly normalize: (webhook: VerifiedWebhook) => Normalized
}

/** A webhook as it arrived, whole. */
export interface Webhook extends Delivery {
  readonly trace: TraceContext
}

/** What became known of a webhook on its way, filled in step by step, so that a refusal can tell how far it came. */
export interface Receipt {
  verified?: Verified
  normalized?: Normalized
  results?: readonly PublishResult[]
}

/**
 * Verify, normalize, deliver: resolves when every destination has accepted the event, and only then.
 * @param onVerified called once the webhook is proven genuine, before anything is done with it
 * @param signal aborts when the acknowledgement is due
 * @throws {RefusalError} for every reason not to acknowledge
 */
export async function receive(
  webhook: Webhook,
  { verifier, normalize }: Endpoint,
  bridge: { readonly inFlight: Admission; readonly destinations: readonly Destination[] },
  receipt: Receipt,
  onVerified: () => void,
  signal: AbortSignal
): Promise<void> {
  receipt.verified = await verifier.verify(webhook, signal)
  const { body } = receipt.verified
  onVerified()
  const leave = bridge.inFlight.enter(body.length)
  try {
    receipt.normalized = normalize({ id: webhook.id, body, receivedAt: webhook.receivedAt, trace: webhook.trace })
    receipt.results = await deliver(receipt.normalized.event, bridge.destinations, signal)
    assertAccepted(receipt.results)
  } finally {
    leave()
  }
}
