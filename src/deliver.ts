import type { Changes } from './config/changes.ts'
import type { Config, DestinationConfig } from './config/config.ts'
import { withoutSecrets } from './config/mask.ts'
import { mapLeaves } from './config/tree.ts'
import { createAccepted } from './deliver/accepted.ts'
import { createAdmission } from './deliver/admission.ts'
import { createBackground } from './deliver/background.ts'
import { createBury } from './deliver/bury.ts'
import { createDeliverer, type Deliverer } from './deliver/deliver.ts'
import { openDestination } from './deliver/destination.ts'
import { type Publish, withFallback } from './deliver/fallback.ts'
import { createOnce } from './deliver/once.ts'
import { openRedisMarks } from './deliver/redis-marks.ts'
import { createRefusedIds, type RefusedIds } from './deliver/refused-ids.ts'
import { createRouter, requiredDestinations } from './deliver/routes.ts'
import type { Logger } from './telemetry/log.ts'
import { type Metrics, typeLabelOf } from './telemetry/metrics.ts'
import { observeDestination } from './telemetry/observed-destination.ts'
import type { Spans } from './telemetry/spans.ts'
import { traceDestination } from './telemetry/traced-destination.ts'
import { fingerprint } from './verify/fingerprint.ts'

/** Everything behind a verified webhook: destinations, routes, what is remembered. */
export interface Destinations {
  readonly deliverer: Deliverer
  readonly refused: RefusedIds
  /** Names of the required destinations that have not been connected to yet, and neither has their fallback. */
  awaiting(): readonly string[]
  /** Takes what has changed: these destinations connect anew, and Redis's address counts from its next connection on. */
  renew(changed: Pick<Changes, 'destinations' | 'redisUrl'>): void
  /** Finishes what is under way, and closes every destination. */
  close(): Promise<void>
}

/** Opens the destinations as they are configured; they connect in the background. */
export function openDestinations(
  config: Config,
  { log, metrics, spans, onFault }: { log: Logger; metrics: Metrics; spans: Spans; onFault: (error: unknown) => void }
): Destinations {
  const { limits, dedupe, directory } = config
  const { typePrefix } = config.events

  const destinations = new Map(
    config.destinations.map(destination => {
      const { name, definition, options } = destination
      const opened = openDestination(destination, { directory, log, onKept: () => metrics.secretReloadFailures.inc() })
      const messaging = definition.messaging?.(options) ?? { system: definition.name }
      return [name, observeDestination(traceDestination(opened, messaging, spans), metrics, typePrefix)]
    })
  )
  const publisherOf = ({ name, fallback }: DestinationConfig): Publish => {
    if (fallback === undefined) return known(destinations, name).publish
    const onFallback = () => metrics.fallbacks.inc({ destination: name })
    const patience = limits.acknowledge / 2
    return withFallback(known(destinations, name), {
      ...fallback,
      to: known(destinations, fallback.to),
      patience,
      log,
      onFallback
    })
  }
  const publishers = new Map(config.destinations.map(destination => [destination.name, publisherOf(destination)]))
  // Whoever shares our Redis, but has another topic under the same name, must not take our acceptances for its own.
  const sharedNames = new Map(config.destinations.map(destination => [destination.name, sharedNameOf(destination)]))
  let redisUrl = dedupe.url
  const shared = redisUrl === undefined ? undefined : openRedisMarks({ ...dedupe, url: () => redisUrl ?? '', log })
  const lookup = (outcome: string) => metrics.dedupeLookups.inc({ outcome })
  const accepted =
    dedupe.store === 'off'
      ? undefined
      : createAccepted({
          ...dedupe,
          shared: shared && { marks: shared, nameOf: name => sharedNames.get(name) ?? name },
          onSilence: () => lookup('silent')
        })
  const refused = createRefusedIds({ ...dedupe, shared })

  // Together as many as the webhooks in flight, and apart from these: what nobody waits for takes no room from what
  // somebody does. An equal share for each, so that one that hangs takes none from the others.
  const share = {
    requests: Math.ceil(limits.inFlightRequests / destinations.size),
    bytes: Math.max(limits.body, limits.inFlightBytes / destinations.size)
  }
  const backgrounds = new Map(
    config.destinations.map(({ name }) => [name, createBackground(createAdmission(share), limits.acknowledge)])
  )
  const deliverer = createDeliverer({
    route: createRouter(config, route => metrics.routeMatches.inc({ route })),
    publishers,
    accepted,
    once: createOnce(accepted, lookup),
    bury:
      config.deadLetter === undefined
        ? undefined
        : createBury(
            { name: config.deadLetter, publish: known(publishers, config.deadLetter) },
            typePrefix,
            (destination, { code }) => metrics.deadLetters.inc({ destination, reason: code })
          ),
    background: name => known(backgrounds, name),
    onFault,
    onUnsettled: ({ destination, outcome, refusal }, { id, type }) =>
      log.warn({ destination, id, type, outcome, error: refusal?.message }, 'best effort has failed'),
    onDropped: (destination, event) =>
      metrics.events.inc({ destination, type: typeLabelOf(event, typePrefix), outcome: 'dropped' })
  })

  const required = requiredDestinations(config)
  const isConnected = (name: string) => known(destinations, name).connected
  // Where a fallback is there, an outage at the start must not keep the bridge out of service.
  const isAwaited = ({ name, fallback }: DestinationConfig) =>
    required.has(name) && !isConnected(name) && !(fallback && isConnected(fallback.to))
  return {
    deliverer,
    refused,
    awaiting: () => config.destinations.filter(destination => isAwaited(destination)).map(({ name }) => name),
    renew(changed) {
      redisUrl = changed.redisUrl
      for (const { name, options } of changed.destinations) known(destinations, name).reconnect(options)
    },
    async close() {
      await Promise.all([...backgrounds.values()].map(background => background.idle()))
      const closed = await Promise.allSettled([...destinations.values()].map(destination => destination.close()))
      await shared?.close()
      const failure = closed.find(result => result.status === 'rejected')
      if (failure) throw failure.reason
    }
  }
}

function sharedNameOf({ name, adapter, definition, options }: DestinationConfig): string {
  return `${name}:${fingerprint(JSON.stringify([adapter, mapLeaves(withoutSecrets(options, definition.options), String)]))}`
}

/** The configuration names no destination that is not there. */
function known<T>(map: ReadonlyMap<string, T>, name: string): T {
  const value = map.get(name)
  if (value === undefined) throw new Error(`there is no destination "${name}"`)
  return value
}
