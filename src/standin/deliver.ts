import { setTimeout as sleepFor } from 'node:timers/promises'
import { post } from './post.ts'
import type { Signer, Webhook } from './sign.ts'

const FIRST_WAIT_MS = 1000
const LONGEST_WAIT_MS = 60 * 60 * 1000
const WINDOW_MS = 24 * 60 * 60 * 1000
/** Longer than any bridge may take: it acknowledges or refuses within 7 s by default. */
const TIMEOUT_MS = 10_000

/** One delivery and what came of it. */
export interface Attempt {
  /** The HTTP status; undefined when no answer came. */
  readonly status: number | undefined
  /** The `code` of a refusal's body, or why no answer came (`ECONNREFUSED`, `ETIMEDOUT`). */
  readonly code: string | undefined
  /** Milliseconds from the request's start to the answer's end. */
  readonly latency: number
}

export interface DeliverOptions {
  readonly url: string | URL
  readonly signer: Signer
  /** Added to the request, or put in place of the stand-in's own. */
  readonly headers?: Readonly<Record<string, string>>
  /** Whether to redeliver until a 2xx, or until `window` has passed. Default: one delivery only. */
  readonly retry?: boolean
  /** Whether each redelivery has a new timestamp (the default), as the spec wants; whether Gemini does that, nobody says. */
  readonly renewTimestamp?: boolean
  /** For how long to redeliver, in milliseconds. Default: Gemini's 24 hours. */
  readonly window?: number
  /** How long to wait for an answer, in milliseconds, from 1. Default: 10 s. */
  readonly timeout?: number
  /** Told of each attempt as soon as it has ended. */
  readonly onAttempt?: (attempt: Attempt) => void
  /** Ends it early; the attempt under way is not counted. */
  readonly signal?: AbortSignal
  /** The time, in milliseconds since 1970. */
  readonly now?: () => number
  /** Waits so many milliseconds; rejects when `signal` aborts. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<unknown>
  /** From 0 up to, not including, 1. */
  readonly random?: () => number
}

/**
 * Delivers one webhook as Gemini does. Redeliveries wait 1 s, then twice as long each time up to an hour, each wait
 * shortened at random by up to a half. Gemini's own schedule is not documented, nor whether it minds `Retry-After` or
 * 410: so this sender minds neither, and redelivers after everything but a 2xx.
 * @returns every attempt; the last one decides. Empty only if `signal` aborted before the first had ended
 * @throws {TypeError} if `url` is not a URL
 */
export async function deliver(webhook: Webhook, options: DeliverOptions): Promise<Attempt[]> {
  const { now = Date.now, sleep = wait, random = Math.random } = options
  const { retry = false, renewTimestamp = true, window = WINDOW_MS, signal = new AbortController().signal } = options
  const url = new URL(options.url)
  const attempts: Attempt[] = []
  const start = now()
  for (let longest = FIRST_WAIT_MS; !signal.aborted; longest = Math.min(2 * longest, LONGEST_WAIT_MS)) {
    const timestamp = Math.floor((renewTimestamp ? now() : start) / 1000)
    const attempt = await attemptOnce(webhook, url, timestamp, options)
    if (attempt.status === undefined && signal.aborted) break
    attempts.push(attempt)
    options.onAttempt?.(attempt)
    const pause = longest * (0.5 + random() / 2)
    if (isAcknowledged(attempt) || !retry || now() + pause > start + window) break
    await sleep(pause, signal).catch(error => {
      if (!signal.aborted) throw error
    })
  }
  return attempts
}

/** Whether the webhook has arrived for good: any 2xx. */
export function isAcknowledged(attempt: Attempt | undefined): boolean {
  return attempt?.status !== undefined && attempt.status >= 200 && attempt.status < 300
}

async function attemptOnce(webhook: Webhook, url: URL, timestamp: number, options: DeliverOptions): Promise<Attempt> {
  const { signer, headers, timeout = TIMEOUT_MS, signal } = options
  const deadline = AbortSignal.timeout(timeout)
  const sent = {
    'content-type': 'application/json',
    'webhook-id': webhook.id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signer(webhook, timestamp),
    ...headers
  }
  const start = performance.now()
  try {
    const either = signal === undefined ? deadline : AbortSignal.any([signal, deadline])
    const { status, body } = await post(url, sent, webhook.body, either)
    return { status, code: codeOf(body), latency: performance.now() - start }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    return { status: undefined, code: deadline.aborted ? 'ETIMEDOUT' : code, latency: performance.now() - start }
  }
}

function codeOf(body: string): string | undefined {
  try {
    const { code } = JSON.parse(body)
    return typeof code === 'string' ? code : undefined
  } catch {
    return undefined
  }
}

function wait(ms: number, signal: AbortSignal): Promise<unknown> {
  return sleepFor(ms, undefined, { signal })
}
