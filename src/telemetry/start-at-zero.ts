import type { Config, EndpointConfig } from '../config/config.ts'
import { routeNames } from '../deliver/routes.ts'
import { refusals } from '../errors.ts'
import { eventTypes } from '../event-types.ts'
import type { Metrics } from './metrics.ts'
import { showKeys } from './show-keys.ts'

/**
 * Shows from the start what can be known of it: a counter that appears with its first event has no increase that an alert
 * could see, and a secret that nothing has matched yet is unused, and not merely absent.
 */
export function startAtZero(metrics: Metrics, config: Config): void {
  for (const endpoint of config.endpoints) {
    metrics.unrouted.inc({ endpoint: endpoint.path }, 0)
    metrics.staleAccepted.inc({ endpoint: endpoint.path }, 0)
    showAnswers(metrics, endpoint)
    showKeys(metrics, endpoint)
  }
  for (const route of routeNames(config)) metrics.routeMatches.inc({ route }, 0)
  for (const { name: destination, fallback } of config.destinations) {
    metrics.lateAcceptances.inc({ destination }, 0)
    for (const type of [...eventTypes, 'other'])
      for (const outcome of ['accepted', 'refused', 'unavailable', 'dropped'])
        metrics.events.inc({ destination, type, outcome }, 0)
    if (fallback !== undefined) metrics.fallbacks.inc({ destination }, 0)
    if (config.deadLetter !== undefined) metrics.deadLetters.inc({ destination, reason: 'ERR_EVENT' }, 0)
  }
  if (config.deadLetter !== undefined) metrics.deadLetters.inc({ destination: 'envelope', reason: 'ERR_EVENT' }, 0)
  if (config.dedupe.store === 'off') return
  const outcomes = ['hit', 'shared', 'miss', ...(config.dedupe.store === 'redis' ? ['silent'] : [])]
  for (const outcome of outcomes) metrics.dedupeLookups.inc({ outcome }, 0)
}

function showAnswers(metrics: Metrics, { path: endpoint }: EndpointConfig): void {
  metrics.webhooks.inc({ endpoint, code: 204, reason: '' }, 0)
  for (const [reason, { statusCode }] of Object.entries(refusals)) {
    // These two are for what no endpoint takes.
    if (statusCode !== 404 && statusCode !== 405) metrics.webhooks.inc({ endpoint, code: statusCode, reason }, 0)
  }
}
