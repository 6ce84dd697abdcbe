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
  const connections = new WeakMap<Socket, { unanswered: number }>()
  /** The connections of this turn's answers, which leave together at its end. */
  let answered: { unanswered: number }[] = []
  const leave = () => {
    for (const connection of answered) connection.unanswered -= 1
    answered = []
  }
  return (request, response) => {
    const { socket } = request
    // The parser goes on with what it has already read.
    if (socket.destroyed) return
    const connection = connections.get(socket) ?? { unanswered: 0 }
    if (connection.unanswered === 0) connections.set(socket, connection)
    if (connection.unanswered >= MAX_UNANSWERED) {
      socket.destroy()
      return
    }
    connection.unanswered += 1
    response.on('close', () => {
      if (answered.push(connection) === 1) setImmediate(leave)
    })
    handle(request, response)
  }
}
