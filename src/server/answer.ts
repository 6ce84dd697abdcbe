import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type RefusalError, UnavailableError } from '../errors.ts'
import type { Endpoint, Receipt, Webhook } from '../receive.ts'
import type { Admitted } from './precheck.ts'
import type { Reception } from './receiving.ts'

/** How far the answering of one request has come. */
export interface Progress {
  readonly raw: IncomingMessage
  readonly response: ServerResponse
  /** `performance.now()` when the headers were there. */
  readonly start: number
  readonly receipt: Receipt
  endpoint?: Endpoint
  admitted?: Admitted
  reception?: Reception
  webhook?: Webhook
  answered: boolean
}

/** One answer, as metrics and the log see it. */
export interface Answer {
  readonly statusCode: number
  /** Absent with a 2xx, and with what the HTTP parser refuses. */
  readonly refusal?: RefusalError
  /** Absent when no request could be read. */
  readonly progress?: Progress
  /** From the headers to the answer. */
  readonly seconds: number
}

declare module 'fastify' {
  interface FastifyRequest {
    progress: Progress
  }
}

export function startProgress(raw: IncomingMessage, response: ServerResponse): Progress {
  return { raw, response, start: performance.now(), receipt: {}, answered: false }
}

/** Answers 204, or the refusal's status with its code and fixed sentence. */
export function answer(
  { progress }: FastifyRequest,
  reply: FastifyReply,
  context: { readonly retryAfter: number; onAnswer(answer: Answer): void; discard(request: IncomingMessage): void },
  refusal?: RefusalError
): FastifyReply {
  progress.answered = true
  const statusCode = refusal?.statusCode ?? 204
  const seconds = (performance.now() - progress.start) / 1000
  context.onAnswer({ statusCode, progress, seconds, ...(refusal && { refusal }) })
  reply.code(statusCode)
  if (refusal === undefined) return reply.send()
  context.discard(progress.raw)
  if (refusal instanceof UnavailableError) reply.header('retry-after', Math.ceil(context.retryAfter / 1000))
  return reply.send(refusalBody(refusal))
}

/** The body of every refusal. */
export function refusalBody({ statusCode, code, sentence }: RefusalError) {
  return { statusCode, code, message: sentence }
}
