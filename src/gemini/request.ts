import type { z } from 'zod'
import type { Access } from './access.ts'
import { ApiError, explainAnswer } from './api-error.ts'

/** Google's own client gives up after a minute; a person waits for this. */
const DEADLINE_MS = 10_000
/** A page of a hundred webhooks has some 100 KiB. */
const MAX_BYTES = 4 * 1024 * 1024
/** With these, the connection was never made. */
const NOT_SENT = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|.*CERT.*)$/

/** One request to the Gemini API. */
export interface ApiRequest<T extends z.ZodType> {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** Behind the base address, encoded. */
  readonly path: string
  readonly body?: object
  /** What the answer must be. */
  readonly answer: T
  /** The webhook that it is about. */
  readonly id?: string
}

export interface RequestOptions {
  /** Ends it early. */
  readonly signal: AbortSignal
  /** In milliseconds, up to the end of the answer. Default: 10 s. */
  readonly deadline?: number
}

/**
 * Calls the Gemini API once: no retry, no redirect, at most 4 MiB.
 * @throws {ApiError} saying what happened and what to do
 */
export async function request<T extends z.ZodType>(
  { method, path, body, answer, id }: ApiRequest<T>,
  { base, key }: Access,
  { signal, deadline = DEADLINE_MS }: RequestOptions
): Promise<z.output<T>> {
  const timeout = AbortSignal.timeout(deadline)
  const { status, text } = await exchange(`${base}${path}`, {
    method,
    headers: { accept: 'application/json', 'content-type': 'application/json', 'x-goog-api-key': key },
    // By default, fetch would take the key along to wherever it is sent.
    redirect: 'manual',
    signal: AbortSignal.any([signal, timeout]),
    ...(body !== undefined && { body: JSON.stringify(body) })
  }).catch(error => {
    if (error instanceof ApiError) throw error
    const reason = signal.aborted
      ? `stopped by ${signal.reason}`
      : timeout.aborted
        ? `after ${deadline / 1000} s`
        : reasonOf(error)
    throw new ApiError(`No answer from ${base} (${reason}). Check that it can be reached from here, and try again.`, {
      cause: error,
      perhapsDone: !NOT_SENT.test(reason)
    })
  })
  if (status < 200 || status > 299) throw explainAnswer(status, text, { base, id })
  const { success, data } = answer.safeParse(parse(text))
  if (success) return data
  throw new ApiError(
    `${base} answered ${status}, but not as the Gemini API does. Check GOOGLE_GEMINI_BASE_URL, and that this bridge is not too old for the API.`,
    { perhapsDone: true }
  )
}

async function exchange(url: string, init: RequestInit): Promise<{ readonly status: number; readonly text: string }> {
  const response = await fetch(url, init)
  const chunks: Uint8Array[] = []
  let size = 0
  // Leaving the loop cancels the rest.
  for await (const chunk of response.body ?? []) {
    size += chunk.length
    if (size > MAX_BYTES) {
      throw new ApiError(
        `The answer of ${new URL(url).host} is larger than ${MAX_BYTES / 1024 ** 2} MiB. Check GOOGLE_GEMINI_BASE_URL.`,
        { perhapsDone: true }
      )
    }
    chunks.push(chunk)
  }
  return { status: response.status, text: Buffer.concat(chunks).toString() }
}

/** An answer without a body says as much as an empty object: DELETE's. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text.trim() || '{}')
  } catch {
    return undefined
  }
}

/** fetch itself only says "fetch failed"; what happened is the code of its cause. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  if (!(cause instanceof Error)) return String(cause)
  return 'code' in cause ? String(cause.code) : cause.message
}
