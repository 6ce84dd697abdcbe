import type { IncomingMessage, RequestListener } from 'node:http'
import { HEALTH_PATHS } from './health.ts'
import { createTurns } from './turns.ts'

/** The most that Node reads at once: as much of a body as may come with its headers. */
const READ_BYTES = 64 * 1024
/** What a request without a body holds in memory, more or less. */
const REQUEST_BYTES = 1024
/** What requests that wait may hold in memory; beyond it, those that have waited longest are handled at once. */
const WAITING_BYTES = 4 * 1024 * 1024

/** Handles requests a few at a time, and health checks before the others, however many wait. */
export function queueRequests(handle: RequestListener): RequestListener {
  const checks = createTurns()
  const others = createTurns()
  let bytes = 0

  return (request, response) => {
    const serve = () => {
      // Whoever has been told meanwhile that they were too slow is not told anything else.
      if (request.socket.writable) handle(request, response)
    }
    const size = REQUEST_BYTES + bodyBytes(request)
    if (size === REQUEST_BYTES && isHealthCheck(request)) return checks.take(serve)
    bytes += size
    others.take(() => {
      bytes -= size
      serve()
    })
    while (bytes > WAITING_BYTES && others.hurry()) {}
  }
}

function isHealthCheck({ method, url = '' }: IncomingMessage): boolean {
  return (method === 'GET' || method === 'HEAD') && HEALTH_PATHS.includes(url)
}

/** As much of its body as may have come with the headers. */
function bodyBytes({ headers }: IncomingMessage): number {
  return 'transfer-encoding' in headers ? READ_BYTES : Math.min(READ_BYTES, Number(headers['content-length'] ?? 0))
}
