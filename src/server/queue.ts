import type { RequestListener } from 'node:http'
import { createTurns } from './turns.ts'

/** The most that Node reads at once: as much of a body as may come with its headers. */
const READ_BYTES = 64 * 1024
/** What the bodies of requests that wait may hold in memory; beyond it, requests are handled as they come. */
const WAITING_BYTES = 4 * 1024 * 1024

/** Handles requests a few at a time, and those for health before the others, however many wait. */
export function queueRequests(handle: RequestListener): RequestListener {
  const checks = createTurns()
  const others = createTurns()
  let bytes = 0

  return (request, response) => {
    const { headers, socket, url = '' } = request
    const serve = () => {
      // Whoever has been told meanwhile that they were too slow is not told anything else.
      if (socket.writable) handle(request, response)
    }
    if (url.startsWith('/health/')) return checks.take(serve)
    const size =
      'transfer-encoding' in headers ? READ_BYTES : Math.min(READ_BYTES, Number(headers['content-length'] ?? 0))
    if (bytes + size > WAITING_BYTES) return serve()
    bytes += size
    others.take(() => {
      bytes -= size
      serve()
    })
  }
}
