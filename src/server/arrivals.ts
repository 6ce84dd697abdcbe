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
  // On the objects themselves: entries of a WeakMap cost the garbage collector more than the rest of a request.
  const own = Symbol('progress')
  const latest = Symbol('latest progress')
  type Noted<Of> = Of & { [own]?: Progress; [latest]?: Progress | undefined }
  return {
    note: handle => (request, response) => {
      const socket: Noted<Socket> = request.socket
      const progress = startProgress(request, response)
      ;(request as Noted<IncomingMessage>)[own] = progress
      socket[latest] = progress
      // Or an idle connection would keep its last request, body and all, for as long as limits.keepAlive.
      response.on('close', () => {
        if (request.complete && socket[latest] === progress) socket[latest] = undefined
      })
      handle(request, response)
    },
    of: (request: Noted<IncomingMessage>) => request[own],
    latestOn: (socket: Noted<Socket>) => socket[latest]
  }
}
