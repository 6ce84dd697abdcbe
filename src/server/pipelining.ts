import type { RequestListener } from 'node:http'
import type { Socket } from 'node:net'

/** Hardly any client sends a request before its last is answered; those who queue many do it to keep others out. */
const MAX_UNANSWERED = 4

/**
 * Bounds how many requests of one connection await their answers, await being read by their sender, or were answered
 * within one turn of the event loop. Above that, the connection is cut: Node would go through all that a connection has
 * sent, megabytes of it, before it looks at another one.
 * @see https://www.rfc-editor.org/rfc/rfc9112#section-9.3.2
 */
export function limitPipelining(handle: RequestListener): RequestListener {
  const unanswered = new WeakMap<Socket, number>()
  return (request, response) => {
    const { socket } = request
    // The parser goes on with what it has already read.
    if (socket.destroyed) return
    const count = (unanswered.get(socket) ?? 0) + 1
    if (count > MAX_UNANSWERED) {
      socket.destroy()
      return
    }
    unanswered.set(socket, count)
    const leave = () => unanswered.set(socket, (unanswered.get(socket) ?? 1) - 1)
    response.once('close', () => setImmediate(leave))
    handle(request, response)
  }
}
