import { changesBetween } from './config/changes.ts'
import type { Config } from './config/config.ts'
import type { Reloaded } from './config/live.ts'
import type { Destinations } from './deliver.ts'
import type { Endpoint } from './receive.ts'
import type { Logger } from './telemetry/log.ts'
import type { Metrics } from './telemetry/metrics.ts'
import { hideKeys, keysOf, showKeys } from './telemetry/show-keys.ts'

/** The parts of a bridge that can take new values while they work. */
export interface Renewable {
  readonly endpoints: readonly Endpoint[]
  readonly destinations: Pick<Destinations, 'renew'>
  readonly metrics: Metrics
  readonly log: Logger
}

/**
 * Makes a running bridge take what its configuration's files hold now: signing secrets and callback tokens at once,
 * options of destinations with their next connection. Says what was taken, and, once for each reason, what was not.
 */
export function createRenewal(initial: Config, { endpoints, destinations, metrics, log }: Renewable) {
  let current = initial
  let known: Reloaded['kept'] = new Map()

  const take = (config: Config) => {
    const changes = changesBetween(current, config)
    for (const endpoint of changes.endpoints) {
      endpoints.find(({ path }) => path === endpoint.path)?.verifier.renew(endpoint.verify)
      const before = current.endpoints.find(({ path }) => path === endpoint.path)
      if (before) hideKeys(metrics, before)
      showKeys(metrics, endpoint)
      const [secrets, tokens] = keysOf(endpoint).map(({ keys }) => keys)
      log.info({ endpoint: endpoint.path, secrets, tokens }, 'signing secrets and callback tokens are renewed')
    }
    destinations.renew(changes)
    for (const { name } of changes.destinations)
      log.info({ destination: name }, 'connecting anew with what was re-read')
    if (changes.others.length > 0) {
      log.warn({ keys: changes.others }, 'these keys of the configuration have new values, which a restart will take')
    }
    current = config
  }

  return ({ config, taken, kept }: Reloaded): void => {
    for (const [file, error] of kept) {
      metrics.secretReloadFailures.inc()
      if (known.get(file) !== error)
        log.warn({ file, error }, 'a file of the configuration could not be re-read; its last value stays in use')
    }
    for (const file of known.keys()) if (!kept.has(file)) log.info({ file }, 'the file is well again')
    known = kept
    if (taken.length > 0) take(config)
  }
}
