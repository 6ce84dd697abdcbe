import http, { type ClientRequest, type IncomingMessage } from 'node:http'
import https from 'node:https'
import { within } from '../lane/within.ts'
import { AnswerError } from './error.ts'
import type { HttpOptions } from './options.ts'
import { addressOf, commonHeaders, type HttpRequest } from './request.ts'

/** The one call that the adapter needs. */
export interface HttpClient {
  /**
   * Sends a request, once; its status, as soon as it is there, if it is a 2xx. Follows no redirect and uses no proxy.
   * Rejects at once when `signal` aborts, otherwise with an `AnswerError` or Node's own error.
   */
  post(request: HttpRequest, signal: AbortSignal): Promise<number>
  /** Cuts every connection. */
  close(): void
}

/** How many connections there are at most, those included whose answer is still being discarded. */
export const CONNECTIONS = 64
/**
 * How long a connection is kept without a request, in milliseconds: less than the 5 s after which common servers (Node,
 * uvicorn) close it, which would lose the request that is on its way then.
 */
const IDLE_MS = 4000
/** So much of an answer's body, and for so long, is read and discarded, that the connection can be used again. */
const BODY_BYTES = 65_536
const BODY_MS = 1000

/** Opens the client, which connects once it is used. */
export function openClient(options: HttpOptions): HttpClient {
  const url = addressOf(options)
  const { Agent, request } = url.protocol === 'https:' ? https : http
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS, timeout: IDLE_MS, rejectUnauthorized: true })
  const common = commonHeaders(options)

  return {
    async post({ headers, body }, signal) {
      const answer = Promise.withResolvers<number>()
      const sent = request(url, { method: 'POST', agent, headers: { ...common, ...headers } })
      const onAbort = () => sent.destroy(signal.reason)
      signal.addEventListener('abort', onAbort, { once: true })
      sent.on('error', answer.reject)
      // A 101 ends in neither an error nor a response.
      sent.once('close', () => answer.reject(new AnswerError(101)))
      sent.once('response', response => {
        const { statusCode = 0 } = response
        if (statusCode >= 200 && statusCode < 300) answer.resolve(statusCode)
        else answer.reject(new AnswerError(statusCode, redirectOf(response, url)))
        discard(sent, response)
      })
      sent.end(body)
      try {
        // Node does not tell a request that waits for a connection that it was destroyed.
        return await within(signal, answer.promise)
      } finally {
        // What has been answered need not be cut when nobody waits any more.
        signal.removeEventListener('abort', onAbort)
      }
    },
    close: () => agent.destroy()
  }
}

function redirectOf({ headers: { location = '' } }: IncomingMessage, from: URL): string | undefined {
  const to = location === '' ? null : URL.parse(location, from.href)
  return to && /^https?:$/.test(to.protocol) ? to.origin : undefined
}

function discard(sent: ClientRequest, response: IncomingMessage): void {
  const timer = setTimeout(() => sent.destroy(), BODY_MS)
  sent.once('close', () => clearTimeout(timer))
  let left = BODY_BYTES
  response.on('data', (chunk: Buffer) => {
    left -= chunk.length
    if (left < 0) sent.destroy()
  })
}
