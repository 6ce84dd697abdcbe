import { isIP, type Socket } from 'node:net'
import type { ConnectionOptions as TlsOptions } from 'node:tls'
import { Connection as Client, type SASLOptions } from '@platformatic/kafka'
import { within } from '../../lane/within.ts'
import { CONNECT_MS, catchListeners, KEEP_ALIVE_MS, notKafka, TCP_TIMEOUT_MS, TimeoutError } from '../socket.ts'
import { toCause } from './cause.ts'

export interface ConnectionOptions {
  readonly clientId: string
  /** Asked at each new connection, so that files that changed are read again. `undefined`: no TLS. */
  readonly tls: () => Promise<TlsOptions | undefined>
  readonly sasl: SASLOptions | undefined
}

/** The library's connection to one broker. */
export interface Connection {
  /** Where to, as `host:port`. */
  readonly broker: string
  /** No new request goes here: it has failed, or its session ends soon. */
  readonly over: boolean
  /**
   * Connects, if need be, and calls `work`. Rejects when `signal` aborts, and then does not call `work` any more. After
   * it has rejected, the connection is over, and what was not sent never will be.
   */
  use<T>(signal: AbortSignal, work: (client: Client) => Promise<T>): Promise<T>
  /** Closes the socket at once. */
  destroy(): void
}

/** The library has time-outs of its own; ours come before. */
const NEVER_MS = 60_000
/** Longer than any answer about one topic, in bytes. */
const LONGEST_ANSWER = 64 * 1024 * 1024

/** Opens nothing before it is used. */
export function openConnection(broker: string, options: ConnectionOptions): Connection {
  let over = false
  /** Why it is over; the library itself tells whoever waits for an answer only that it is. */
  let reason: Error | undefined
  let client: Client | undefined

  const end = (error: Error) => {
    over = true
    if (reason) return
    reason = error
    // Its own way to close would first send what waits, but stops its timers.
    client?.socket?.destroy()
    client?.close(() => {})
    client?.socket?.on('error', () => {})
  }

  const open = async (): Promise<Client> => {
    const tls = await options.tls()
    if (reason) throw reason
    const [, host = '', port] = /^(.*):(\d+)$/.exec(broker) ?? []
    const servername = isIP(host) ? {} : { servername: host }
    client = new Client(options.clientId, {
      connectTimeout: NEVER_MS,
      requestTimeout: NEVER_MS,
      ...(tls && { tls: { ...servername, ...tls } }),
      ...(options.sasl && { sasl: options.sasl })
    })
    client.on('error', end).on('close', () => end(closed()))
    // It would sign in again between requests, which brokers do not take: the next request has a new connection.
    client.reauthenticate = () => {
      over = true
    }
    const connecting = client.connect(host, Number(port))
    const { socket } = client
    catchListeners(socket)
    socket.setKeepAlive(true, KEEP_ALIVE_MS)
    const late = () => end(new TimeoutError('The broker was silent for too long.'))
    const timers = [setTimeout(late, TCP_TIMEOUT_MS), setTimeout(late, CONNECT_MS)]
    socket.once(tls ? 'secureConnect' : 'connect', () => {
      clearTimeout(timers[0])
      socket.once('data', (chunk: Buffer) => refuseNonsense(socket, chunk))
    })
    try {
      await connecting
      return client
    } finally {
      for (const timer of timers) clearTimeout(timer)
    }
  }
  let opening: Promise<Client> | undefined

  return {
    broker,
    get over() {
      return over
    },
    async use(signal, work) {
      signal.throwIfAborted()
      try {
        opening ??= open()
        const client = await within(signal, opening)
        signal.throwIfAborted()
        return await within(signal, work(client))
      } catch (error) {
        const first = reason ?? error
        end(closed())
        throw signal.aborted ? signal.reason : toCause(first, broker)
      }
    },
    destroy: () => end(closed())
  }
}

/** The library would wait for as much as the beginning of another protocol seems to announce. */
function refuseNonsense(socket: Socket, chunk: Buffer): void {
  const length = chunk.length < 4 ? 4 : chunk.readInt32BE()
  if (length < 4 || length > LONGEST_ANSWER) socket.destroy(notKafka())
}

function closed(): Error {
  return Object.assign(new Error('The connection is closed.'), { code: 'PLT_KFK_NETWORK' })
}
