import type { IncomingMessage, RequestListener } from 'node:http'
import type { Socket } from 'node:net'
import { type Progress, startProgress } from './answer.ts'

/** The requests that have arrived, whether or not they have had their turn. */
export interface Arrivals {
  /** Notes each request before it is handled. */
  note(handle: RequestListener): RequestListener
  of(request: IncomingMessage): Progress | undefined
  /** The request that a connection is busy with: the newest, until both it and its answer are complete. */
  latestOn(socket: Socket): Progress | undefined
}

export function createArrivals(): Arrivals {
  const arrived = new WeakMap<IncomingMessage, Progress>()
  const latest = new WeakMap<Socket, Progress>()
  return {
    note: handle => (request, response) => {
      const { socket } = request
      const progress = startProgress(request, response)
      arrived.set(request, progress)
      latest.set(socket, progress)
      // Or an idle connection would keep its last request, body and all, for as long as limits.keepAlive.
      response.once('close', () => {
        if (request.complete && latest.get(socket) === progress) latest.delete(socket)
      })
      handle(request, response)
    },
    of: request => arrived.get(request),
    latestOn: socket => latest.get(socket)
  }
}
