import type { Result } from '../deliver/result.ts'
import { EventError, UnavailableError } from '../errors.ts'
import type { Answer } from '../server/answer.ts'
import type { Logger } from './log.ts'
import { type Metrics, typeLabel } from './metrics.ts'
import { createRateLimit } from './rate-limit.ts'
import { traceFields } from './trace-fields.ts'

/** Refusals of unverified requests that are logged per second and code; strangers decide how many there are. */
const LOGGED_REFUSALS = 10

/**
 * Makes the function that turns each answer into metrics and one log line. Bodies, signatures and tokens stay out.
 * @param project Google Cloud's id of the project that traces are in
 */
export function createObserver(metrics: Metrics, log: Logger, project?: string): (answer: Answer) => void {
  const mayLog = createRateLimit<string>(LOGGED_REFUSALS, (code, suppressed) => {
    log.warn({ code, suppressed }, 'refusals not logged one by one')
  })

  return answer => {
    const age = ageOf(answer)
    count(metrics, answer, age)
    const level = levelOf(answer)
    if (!log.isLevelEnabled(level)) return
    const code = answer.refusal?.code ?? String(answer.statusCode)
    if (answer.progress?.receipt.verified || mayLog(code)) log[level](describe(answer, age, project), 'webhook')
  }
}

function count(metrics: Metrics, answer: Answer, age = 0): void {
  const { statusCode, refusal, progress, seconds } = answer
  const endpoint = progress?.endpoint?.path ?? 'none'
  metrics.webhooks.inc({ endpoint, code: statusCode, reason: refusal?.code ?? '' })
  metrics.webhookDuration.observe({ endpoint }, seconds)
  const { verified, stale, normalized, results } = progress?.receipt ?? {}
  if (stale) metrics.staleAccepted.inc({ endpoint })
  if (results?.length === 0) metrics.unrouted.inc({ endpoint })
  if (verified) metrics.signatures.inc({ endpoint, scheme: verified.scheme, key: verified.key })
  const token = progress?.admitted?.token
  if (verified && token) metrics.signatures.inc({ endpoint, scheme: 'token', key: token })
  if (!normalized) return
  const type = typeLabel(normalized.envelopeType)
  metrics.eventAge.observe({ type }, age)
  for (const extension of normalized.forbidden) metrics.forbiddenExtensions.inc({ endpoint, extension })
}

/** Seconds from the event's own time, else the webhook's timestamp, to its arrival; never negative. */
function ageOf({ progress }: Answer): number | undefined {
  const { webhook, receipt } = progress ?? {}
  if (!webhook) return undefined
  const time = Date.parse(receipt?.normalized?.event.time ?? '')
  const origin = Number.isNaN(time) ? Number(webhook.timestamp) * 1000 : time
  return Math.max(0, (webhook.receivedAt - origin) / 1000)
}

function levelOf({ refusal, progress }: Answer): 'info' | 'warn' | 'error' {
  const isDeadLettered = progress?.receipt.results?.some(({ outcome }) => outcome === 'deadLettered')
  if (refusal instanceof EventError || isDeadLettered) return 'error'
  return refusal instanceof UnavailableError || (refusal && progress?.endpoint) ? 'warn' : 'info'
}

function describe(answer: Answer, age: number | undefined, project: string | undefined) {
  const { statusCode, refusal, progress, seconds } = answer
  const { verified, stale, redelivery, trace, normalized } = progress?.receipt ?? {}
  const event = normalized?.event
  const results = progress?.receipt.results
  return {
    ...(progress?.endpoint && { endpoint: progress.endpoint.path }),
    ...(progress?.admitted && { id: progress.admitted.id }),
    ...(event && { type: event.type }),
    ...(event?.subject && { subject: event.subject }),
    outcome: refusal instanceof UnavailableError ? 'unavailable' : statusCode < 300 ? 'acknowledged' : 'refused',
    status: statusCode,
    ...(refusal && { code: refusal.code, error: refusal.message }),
    ...(results && { destinations: Object.fromEntries(results.map(result => [result.destination, ending(result)])) }),
    ...(verified && { ageSeconds: age }),
    ...(redelivery !== undefined && { redelivery }),
    ...(stale && { stale }),
    ...(trace && traceFields(trace, project)),
    ms: milliseconds(seconds)
  }
}

function ending({ outcome, seconds, refusal }: Result) {
  return {
    outcome,
    ...(seconds !== undefined && { ms: milliseconds(seconds) }),
    ...(refusal && { error: refusal.message })
  }
}

function milliseconds(seconds: number): number {
  return Math.round(seconds * 1e6) / 1e3
}
