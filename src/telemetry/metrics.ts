import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Limits } from '../config/config.ts'
import type { CloudEvent } from '../event.ts'
import { isEventType } from '../event-types.ts'

/** How many there are now, asked at each scrape. */
export interface Gauges {
  receivingRequests(): number
  inFlightRequests(): number
  inFlightBytes(): number
}

export type Metrics = ReturnType<typeof createMetrics>

/** The `type` label for an envelope's type. Senders choose types and labels are for ever: an unknown one is `other`. */
export function typeLabel(envelopeType: string): string {
  return isEventType(envelopeType) ? envelopeType : 'other'
}

/** The same, of an event. */
export function typeLabelOf({ type }: Pick<CloudEvent, 'type'>, typePrefix: string): string {
  return typeLabel(type.startsWith(typePrefix) ? type.slice(typePrefix.length) : type)
}

const PREFIX = 'gemini_event_bridge_'
const LATENCY_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
/** Gemini redelivers for a day. */
const AGE_BUCKETS = [1, 5, 15, 60, 300, 900, 3600, 4 * 3600, 12 * 3600, 24 * 3600]

/** The bridge's Prometheus metrics, in a registry of their own. Seconds and bytes throughout. */
export function createMetrics(version: string, limits: Limits, gauges: Gauges) {
  const registry = new Registry()
  const registers = [registry]
  const counter = <const Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
    new Counter({ name: PREFIX + name, help, labelNames, registers })
  const histogram = <const Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
    buckets: number[]
  ) => new Histogram({ name: PREFIX + name, help, labelNames, buckets, registers })
  const gauge = <const Label extends string>(name: string, help: string, labelNames: readonly Label[] = []) =>
    new Gauge({ name: PREFIX + name, help, labelNames, registers })
  const sampled = (name: string, help: string, value: () => number) =>
    new Gauge({
      name: PREFIX + name,
      help,
      registers,
      collect() {
        this.set(value())
      }
    })

  collectDefaultMetrics({ register: registry })
  gauge('build_info', 'Always 1; the version stands in the label.', ['version']).set({ version }, 1)
  sampled('receiving_requests', 'Requests not yet verified.', gauges.receivingRequests)
  sampled('in_flight_requests', 'Verified webhooks awaiting their destinations.', gauges.inFlightRequests)
  sampled('in_flight_bytes', 'Bytes of their bodies.', gauges.inFlightBytes)
  for (const [name, value] of [
    ['receiving_requests', limits.receiving.requests],
    ['receiving_bytes', limits.receiving.bytes],
    ['in_flight_requests', limits.inFlightRequests],
    ['in_flight_bytes', limits.inFlightBytes],
    ['connections', limits.connections]
  ] as const) {
    gauge(`limit_${name}`, 'The configured limit.').set(value)
  }

  return {
    registry,
    webhooks: counter('webhooks_total', 'Answers given, by HTTP status and reason.', ['endpoint', 'code', 'reason']),
    webhookDuration: histogram(
      'webhook_duration_seconds',
      'From the headers to the answer.',
      ['endpoint'],
      LATENCY_BUCKETS
    ),
    eventAge: histogram('event_age_seconds', "From the event's own time to its arrival.", ['type'], AGE_BUCKETS),
    signatures: counter('signatures_total', 'Signatures and tokens that matched, by the fingerprint of their key.', [
      'endpoint',
      'scheme',
      'key'
    ]),
    keyOrder: gauge(
      'key_order',
      'The place of each configured secret (scheme static) and token: 0 is the newest, retire the others once nothing matches them.',
      ['endpoint', 'scheme', 'key']
    ),
    secretReloadFailures: counter(
      'secret_reload_failures_total',
      'Looks at a file of the configuration whose new value could not be taken, and connections that could not be made with one; the last value stays in use.',
      []
    ),
    forbiddenExtensions: counter(
      'forbidden_extensions_total',
      'Extensions left out because CloudEvents forbids the value.',
      ['endpoint', 'extension']
    ),
    staleAccepted: counter(
      'stale_accepted_total',
      'Webhooks too old, taken since this bridge had refused them with a 503.',
      ['endpoint']
    ),
    routeMatches: counter('route_matches_total', 'Events that a configured route matched.', ['route']),
    unrouted: counter('unrouted_total', 'Acknowledged webhooks that no route wanted.', ['endpoint']),
    dedupeLookups: counter(
      'dedupe_lookups_total',
      'What was known of an event and a destination before publishing: hit, shared (under way), miss; and silent, when the shared store gave no answer.',
      ['outcome']
    ),
    deadLetters: counter('dead_letters_total', 'Webhooks that the dead letter has, by what refused them and why.', [
      'destination',
      'reason'
    ]),
    fallbacks: counter('fallbacks_total', 'Events that the fallback has instead of this destination.', ['destination']),
    events: counter(
      'events_total',
      'Publish attempts by outcome; dropped: a best-effort one for which there was no room.',
      ['destination', 'type', 'outcome']
    ),
    publishDuration: histogram(
      'publish_duration_seconds',
      "From handing over to the broker's answer.",
      ['destination'],
      LATENCY_BUCKETS
    ),
    lateAcceptances: counter('late_acceptances_total', 'Events accepted after their deadline had passed.', [
      'destination'
    ]),
    destinationUp: gauge(
      'destination_up',
      'Whether the last publish was accepted (1), or the destination was unavailable (0).',
      ['destination']
    ),
    keySetSuccess: gauge('key_set_last_success_timestamp_seconds', 'When the key set was last fetched.', ['endpoint'])
  }
}
