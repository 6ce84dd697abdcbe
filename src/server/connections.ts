import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/** The open connections of a server. */
export interface Connections {
  /** Keeps the connection from giving way while it awaits an answer that matters; call what it returns when answered. */
  hold(socket: Socket): () => void
  /** Closes every connection that is not held, but for those that are owed an answer. */
  closeOthers(isOwed: (socket: Socket) => boolean): void
}

/**
 * Bounds the open connections. Above the limit the one that has gone longest without a verified webhook is closed, so
 * that strangers who open many and keep them cannot shut the door on Gemini.
 */
export function limitConnections(server: Server, limit: number): Connections {
  const held = new Map<Socket, number>()
  const others = new Set<Socket>()

  server.on('connection', (socket: Socket) => {
    others.add(socket)
    socket.once('close', () => {
      others.delete(socket)
      held.delete(socket)
    })
    if (held.size + others.size <= limit) return
    // There is at least this one.
    const [oldest = socket] = others
    others.delete(oldest)
    oldest.destroy()
  })

  return {
    hold(socket) {
      // Nobody would ever hear of its end.
      if (socket.destroyed) return () => {}
      others.delete(socket)
      held.set(socket, (held.get(socket) ?? 0) + 1)
      return () => {
        const holds = held.get(socket)
        if (holds === undefined) return
        if (holds > 1) held.set(socket, holds - 1)
        else {
          held.delete(socket)
          others.add(socket)
        }
      }
    },
    closeOthers(isOwed) {
      // At once: whoever does not read their answers would hold up a close that waits for them to be sent.
      for (const socket of others) if (!isOwed(socket)) socket.destroy()
    }
  }
}
