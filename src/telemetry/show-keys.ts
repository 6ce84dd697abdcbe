import type { EndpointConfig } from '../config/config.ts'
import { fingerprint } from '../verify/fingerprint.ts'
import type { Metrics } from './metrics.ts'

/** Shows which signing secrets and callback tokens an endpoint takes, by their fingerprints: the newest first. */
export function showKeys(metrics: Metrics, endpoint: EndpointConfig): void {
  for (const { scheme, keys } of keysOf(endpoint)) {
    for (const [place, key] of keys.entries()) {
      const labels = { endpoint: endpoint.path, scheme, key }
      metrics.keyOrder.set(labels, place)
      metrics.signatures.inc(labels, 0)
    }
  }
}

/** Takes back what was shown of an endpoint: what has matched stays counted. */
export function hideKeys(metrics: Metrics, endpoint: EndpointConfig): void {
  for (const { scheme, keys } of keysOf(endpoint))
    for (const key of keys) metrics.keyOrder.remove({ endpoint: endpoint.path, scheme, key })
}

/** The fingerprints of an endpoint's signing secrets (scheme `static`) and callback tokens (`token`), newest first. */
export function keysOf({ verify }: EndpointConfig): { readonly scheme: string; readonly keys: readonly string[] }[] {
  return [
    { scheme: 'static', keys: (verify.static?.secrets ?? []).map(fingerprint) },
    { scheme: 'token', keys: (verify.dynamic?.tokens ?? []).map(fingerprint) }
  ]
}
