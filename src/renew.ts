import { setTimeout as sleep } from 'node:timers/promises'
import { changesBetween } from './config/changes.ts'
import type { Config } from './config/config.ts'
import type { Reloaded } from './config/live.ts'
import type { Destinations } from './deliver.ts'
import type { Logger } from './telemetry/log.ts'
import type { Metrics } from './telemetry/metrics.ts'
import { hideKeys, keysOf, showKeys } from './telemetry/show-keys.ts'
import type { Verifier } from './verify/verify.ts'

/** The parts of a bridge that can take new values while they work. */
export interface Renewable {
  /** In the order of the configuration's endpoints. */
  readonly verifiers: readonly Verifier[]
  readonly destinations: Pick<Destinations, 'renew'>
  readonly metrics: Metrics
  readonly log: Logger
}

/**
 * Makes a running bridge take what its configuration's files hold now: signing secrets and callback tokens at once,
 * options of destinations with their next connection. Says what was taken, and, once for each reason, what was not.
 */
export function createRenewal(initial: Config, { verifiers, destinations, metrics, log }: Renewable) {
  let current = initial
  let known: Reloaded['kept'] = new Map()

  const take = (config: Config) => {
    const changes = changesBetween(current, config)
    for (const index of changes.endpoints) {
      const [before, endpoint] = [current.endpoints[index], config.endpoints[index]]
      if (before === undefined || endpoint === undefined) continue
      verifiers[index]?.renew(endpoint.verify)
      hideKeys(metrics, before)
      showKeys(metrics, { ...endpoint, path: before.path })
      const [secrets, tokens] = keysOf(endpoint).map(({ keys }) => keys)
      log.info({ endpoint: before.path, secrets, tokens }, 'signing secrets and callback tokens are renewed')
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

/** Between two readings for the sake of webhooks that no secret matches, in milliseconds: most of those are forged. */
const COOL_DOWN_MS = 1000
/** How long such a webhook waits for one, in milliseconds: some volumes ask a service. */
const PATIENCE_MS = 250

/** Reads again what a webhook without a match may have been signed with: the new secret may be there already. */
export function createMismatch(reread: () => Promise<void>, clock = () => performance.now()): () => Promise<void> {
  let underWay: Promise<void> | undefined
  let begun = Number.NEGATIVE_INFINITY
  return async () => {
    if (underWay === undefined) {
      if (clock() - begun < COOL_DOWN_MS) return
      begun = clock()
      underWay = reread().finally(() => {
        underWay = undefined
      })
    }
    await Promise.race([underWay, sleep(PATIENCE_MS, undefined, { ref: false })])
  }
}
