import type { Socket } from 'node:net'
import type { Progress } from './answer.ts'

/** The request that each connection is busy with: the newest, until both it and its answer are complete. */
export interface Latest {
  of(socket: Socket): Progress | undefined
  set(progress: Progress): void
}

export function createLatest(): Latest {
  const latest = new WeakMap<Socket, Progress>()
  return {
    of: socket => latest.get(socket),
    set(progress) {
      const { raw, response } = progress
      const { socket } = raw
      latest.set(socket, progress)
      // Or an idle connection would keep its last request, body and all, for as long as limits.keepAlive.
      response.once('close', () => {
        if (raw.complete && latest.get(socket) === progress) latest.delete(socket)
      })
    }
  }
}
