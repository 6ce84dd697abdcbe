import type { IncomingMessage } from 'node:http'

/**
 * Frees bytes that nobody will look at again, now. The garbage collector counts objects and hardly their bytes: it would
 * leave a hundred megabytes of refused bodies lying about before it looks.
 * @see https://tc39.es/ecma262/#sec-arraybuffer.prototype.transfer
 */
export function free({ buffer, length }: Buffer): void {
  // What shares its memory with others, as small buffers do, is not ours to free.
  if (length > 0 && buffer.byteLength === length && buffer instanceof ArrayBuffer) buffer.transfer(0)
}

/** How many connections are read for nothing but to throw away what comes. Above it the oldest is cut off. */
const MAX_DISCARDED = 64

/**
 * Makes the function that reads what is still to come of a request, so that its sender gets to see the answer, and keeps
 * none of it.
 */
export function createDiscard(): (request: IncomingMessage) => void {
  const discarded = new Set<IncomingMessage>()
  return request => {
    if (request.complete || request.closed || discarded.has(request)) return
    const { socket } = request
    const done = () => {
      discarded.delete(request)
      socket.off('close', done)
    }
    // The socket's own end: once it is answered, a request hears nothing of it.
    socket.once('close', done)
    request.on('data', free).once('end', done).resume()
    discarded.add(request)
    if (discarded.size <= MAX_DISCARDED) return
    const [oldest = request] = discarded
    discarded.delete(oldest)
    oldest.socket.destroy()
  }
}
