import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { trace } from '@opentelemetry/api'
import type { FastifyInstance } from 'fastify'
import type { Config } from './config/config.ts'
import type { Reloaded } from './config/live.ts'
import { createAdmission } from './deliver/admission.ts'
import { openDestinations } from './deliver.ts'
import { UnavailableError } from './errors.ts'
import { createNormalizer } from './normalize.ts'
import { type Endpoint, receive } from './receive.ts'
import { createMismatch, createRenewal } from './renew.ts'
import { createAdmin } from './server/admin.ts'
import { closeServer } from './server/close.ts'
import type { Health } from './server/health.ts'
import { listen } from './server/listen.ts'
import { createReceiving } from './server/receiving.ts'
import { rememberRefusal } from './server/remember-refusal.ts'
import { createServer } from './server.ts'
import type { Logger } from './telemetry/log.ts'
import { createMetrics } from './telemetry/metrics.ts'
import { createObserver } from './telemetry/observe.ts'
import { createSpans } from './telemetry/spans.ts'
import { startAtZero } from './telemetry/start-at-zero.ts'
import { traceReceive } from './telemetry/traced-receive.ts'
import { traceVerifier } from './telemetry/traced-verifier.ts'
import { createVerifier } from './verify/verify.ts'

/** A running bridge. */
export interface Bridge {
  /** Where it takes webhooks: `http://127.0.0.1:8080`. */
  readonly url: string
  /** Where it gives metrics, unless `admin` is off. */
  readonly adminUrl?: string
  /** Reads the configuration's files again, and takes what they hold now. Never rejects. */
  reread(): Promise<void>
  /**
   * Not ready, no new work; what is in flight is finished and answered; then the destinations are closed. Within
   * `limits.drain` of the call.
   * @returns whether all of it was finished; false if something had to be cut off
   */
  drain(): Promise<boolean>
}

/** What a bridge gets of the process that it runs in. */
export interface BridgeContext {
  readonly log: Logger
  readonly version: string
  /** Reads the configuration's files again; without it, they are what they are. Not called twice at a time. */
  readonly reload?: () => Promise<Reloaded>
  /** Google Cloud's id of the project that traces are in, for the log. */
  readonly googleProject?: string | undefined
}

/**
 * Starts the bridge: listens, and connects to its destinations in the background.
 * @throws {ConfigError} when it cannot listen; everything opened until then is closed again
 */
export async function startBridge(
  config: Config,
  { log, version, googleProject, reload }: BridgeContext
): Promise<Bridge> {
  const { limits } = config
  const undo: (() => unknown)[] = []
  let draining = false

  const receiving = createReceiving(limits.receiving)
  const inFlight = createAdmission({ requests: limits.inFlightRequests, bytes: limits.inFlightBytes })
  const metrics = createMetrics(version, limits, {
    receivingRequests: () => receiving.requests,
    inFlightRequests: () => inFlight.requests,
    inFlightBytes: () => inFlight.bytes
  })
  startAtZero(metrics, config)
  // Does nothing unless the operator has preloaded an SDK.
  const spans = createSpans(trace.getTracer('gemini-event-bridge', version), log)
  const onFault = (error: unknown) =>
    log.error(
      { stack: error instanceof Error ? error.stack : String(error) },
      'a fault of the bridge; please report it'
    )
  const health: Health = {
    draining: () => draining,
    awaiting: () => (config.health.ready === 'listening' ? [] : destinations.awaiting())
  }
  // Closed last: the end of a drain is worth scraping.
  const admin = config.admin && createAdmin(metrics.registry, health)
  if (admin) undo.push(() => admin.close())
  const destinations = openDestinations(config, { log, metrics, spans, onFault })
  undo.push(() => destinations.close())
  let reading = Promise.resolve()
  const reread = () => {
    reading = reading
      .then(async () => {
        const reloaded = draining ? undefined : await reload?.()
        if (reloaded) renew(reloaded)
      })
      .catch(onFault)
    return reading
  }
  const onMismatch = reload && createMismatch(reread)
  const endpoints = config.endpoints.map((endpoint): Endpoint => {
    const { path, source, tolerance } = endpoint
    const onKeySet = (success: boolean) => {
      if (success) metrics.keySetSuccess.set({ endpoint: path }, Date.now() / 1000)
    }
    const verifier = traceVerifier(
      createVerifier(endpoint, { log: log.child({ endpoint: path }), onKeySet, onMismatch }),
      spans
    )
    undo.push(() => verifier.close())
    return { path, source, verifier, tolerance, normalize: createNormalizer({ source, ...config.events }) }
  })
  const renew = createRenewal(config, {
    verifiers: endpoints.map(({ verifier }) => verifier),
    destinations,
    metrics,
    log
  })
  const observe = createObserver(metrics, log, googleProject)
  const { app, closeOthers } = createServer({
    endpoints,
    limits,
    health,
    receiving,
    checkRoom(bytes) {
      if (draining)
        throw new UnavailableError('The bridge is shutting down. Gemini delivers again.', {
          code: 'ERR_DRAINING'
        })
      inFlight.check(bytes)
    },
    receive: traceReceive(
      (webhook, endpoint, ...rest) => receive(webhook, endpoint, { inFlight, ...destinations }, ...rest),
      spans
    ),
    onAnswer(answer) {
      rememberRefusal(answer, destinations.refused)
      observe(answer)
    },
    onFault
  })
  undo.push(() => app.close())
  const release = async () => {
    let clean = true
    for (const step of undo.splice(0).reverse()) {
      try {
        await step()
      } catch (error) {
        clean = false
        log.error({ error: String(error) }, 'could not be closed in order')
      }
    }
    return clean
  }
  try {
    if (admin && config.admin)
      await listen(admin, config.admin, { key: 'admin', variables: 'BRIDGE_ADMIN_HOST and BRIDGE_ADMIN_PORT' })
    await listen(app, config.listen, { key: 'listen', variables: 'BRIDGE_HOST and PORT' })
  } catch (error) {
    await release()
    throw error
  }

  return {
    url: urlOf(app),
    ...(admin && { adminUrl: urlOf(admin) }),
    reread,
    async drain() {
      draining = true
      const end = performance.now() + limits.drain
      const finished = await closeServer(app, { closeOthers, receiving, limits })
      const released = release()
      const timer = new AbortController()
      const late = sleep(Math.max(0, end - performance.now()), false, { signal: timer.signal }).catch(() => false)
      return (await Promise.race([released, late]).finally(() => timer.abort())) && finished
    }
  }
}

function urlOf({ server }: FastifyInstance): string {
  const { address, family, port } = server.address() as AddressInfo
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}
