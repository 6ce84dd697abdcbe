import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'

/** A request as it has come. */
export interface Received {
  readonly method: string
  readonly target: string
  /** With those that came twice joined by commas. */
  readonly headers: IncomingHttpHeaders
  readonly rawHeaders: readonly string[]
  readonly body: Buffer
}

export type Answer = (response: ServerResponse, request: Received) => void

/** What takes events by HTTP, on 127.0.0.1. */
export interface Receiver {
  readonly port: number
  /** Its address, with the path `/events`. */
  readonly url: string
  readonly requests: readonly Received[]
  readonly sockets: ReadonlySet<Socket>
  /** How many connections there have been, and how many at once at most. */
  readonly connections: { readonly all: number; readonly most: number }
  /** How requests are answered from now on. */
  answer: Answer
  close(): Promise<void>
}

/** 202, and a few words that nobody needs. */
export const accept: Answer = response => void response.writeHead(202).end('thanks')

/** @param tls a certificate and its key, for https */
export async function openReceiver(tls?: { readonly cert: string; readonly key: string }): Promise<Receiver> {
  const requests: Received[] = []
  const sockets = new Set<Socket>()
  const connections = { all: 0, most: 0 }
  const server: Server = tls ? createTlsServer(tls) : createServer()
  // It keeps connections for as long as whoever has opened them.
  server.keepAliveTimeout = 0
  server.on('connection', socket => {
    sockets.add(socket)
    connections.all += 1
    connections.most = Math.max(connections.most, sockets.size)
    socket.once('close', () => sockets.delete(socket))
  })
  server.on('request', async (request, response) => {
    const { method = '', url = '', headers, rawHeaders } = request
    // Whoever goes away meanwhile gets no answer.
    const body = await buffer(request).catch(() => undefined)
    if (body === undefined) return
    const received = { method, target: url, headers, rawHeaders, body }
    requests.push(received)
    receiver.answer(response, received)
  })
  server.on('tlsClientError', () => {})
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const receiver: Receiver = {
    port,
    url: `${tls ? 'https://localhost' : 'http://127.0.0.1'}:${port}/events`,
    requests,
    sockets,
    connections,
    answer: accept,
    async close() {
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    }
  }
  return receiver
}
