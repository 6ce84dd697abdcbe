/**
 * One address for several replicas, as a TCP load balancer gives it: connections go round, and to the next replica when
 * one refuses them.
 */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { lose } from '../../brokers/flow.ts'

export interface Balancer {
  readonly port: number
  /** Resets all connections, and listens no more. */
  close(): Promise<void>
}

/** @param targets ports of 127.0.0.1 */
export async function openBalancer(targets: readonly number[]): Promise<Balancer> {
  const sockets = new Set<Socket>()
  let turn = 0

  const keep = (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  }
  const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, async client => {
    keep(client)
    // Who goes away while a replica is sought, is noticed below.
    client.on('error', () => {})
    turn += 1
    const upstream = await reach(targets, turn)
    if (upstream === undefined) {
      lose(client)
      return
    }
    keep(upstream)
    join(client, upstream)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  return {
    port,
    async close() {
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) lose(socket)
      await closed
    }
  }
}

/** A connection to the first of these that accepts one, beginning with this turn; undefined if none does. */
async function reach(targets: readonly number[], turn: number): Promise<Socket | undefined> {
  for (let index = 0; index < targets.length; index++) {
    const port = targets[(turn + index) % targets.length]
    if (port === undefined) continue
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
    try {
      await once(socket, 'connect')
      return socket
    } catch {
      socket.destroy()
    }
  }
  return undefined
}

/** Passes both ways what comes, its end, and its loss. */
function join(client: Socket, upstream: Socket): void {
  for (const [from, to] of [
    [client, upstream],
    [upstream, client]
  ] as const) {
    from.pipe(to)
    from.on('error', () => lose(to))
    from.on('close', () => {
      if (!from.readableEnded) lose(to)
    })
  }
}
