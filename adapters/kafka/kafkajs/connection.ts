import { isIP, connect as openTcp, type Socket } from 'node:net'
import { connect as openTls, type ConnectionOptions as TlsOptions } from 'node:tls'
import { Kafka, logLevel, type SASLOptions } from 'kafkajs'
import type { Log } from '../../../src/adapter.ts'
import { within } from '../../lane/within.ts'
import { CONNECT_MS, catchListeners, KEEP_ALIVE_MS, TCP_TIMEOUT_MS, TimeoutError } from '../socket.ts'

export interface ConnectionOptions {
  /** Asked at each new connection: where to begin, as `host:port`, tried in this order. */
  readonly seeds: () => string[]
  readonly clientId: string
  /** Asked at each new connection, so that files that changed are read again. `undefined`: no TLS. */
  readonly tls: () => Promise<TlsOptions | undefined>
  readonly sasl: () => SASLOptions | undefined
  readonly log: Log
}

/** A kafkajs client with all its sockets. */
export interface Connection<Client> {
  /**
   * Connects, if need be, and calls `work`. Rejects when `signal` aborts, and then does not call `work` any more.
   * The connection is of no use after it has rejected: destroy it.
   */
  use<T>(signal: AbortSignal, work: (client: Client) => Promise<T>): Promise<T>
  /** Closes every socket at once. What was not sent never will be. */
  destroy(): void
}

/** Opens nothing before it is used. */
export function openConnection<Client extends { connect(): Promise<void>; disconnect(): Promise<void> }>(
  options: ConnectionOptions,
  create: (kafka: Kafka) => Client
): Connection<Client> {
  const sockets = new Set<Socket>()
  const destroyed = new AbortController()

  const open = async (): Promise<Client> => {
    const ssl = await options.tls()
    const sasl = options.sasl()
    const seeds = options.seeds()
    const kafka = new Kafka({
      brokers: seeds,
      clientId: options.clientId,
      connectionTimeout: TCP_TIMEOUT_MS,
      // The seeds are tried in turn; requests of our own are not repeated here.
      retry: { retries: seeds.length, initialRetryTime: 50, maxRetryTime: 200 },
      ...(ssl && { ssl }),
      ...(sasl && { sasl }),
      logLevel: logLevel.ERROR,
      // Not its words: they quote what a broker says of a refused sign-in, and that may be the password.
      logCreator:
        () =>
        ({ namespace }) =>
          options.log.debug({ namespace }, 'kafkajs has failed at something'),
      socketFactory({ host, port, onConnect }) {
        destroyed.signal.throwIfAborted()
        const servername = isIP(host) ? {} : { servername: host }
        const socket = ssl
          ? openTls({ host, port, ...servername, ...ssl }, onConnect)
          : openTcp({ host, port }, onConnect)
        socket.setNoDelay(true).setKeepAlive(true, KEEP_ALIVE_MS)
        catchListeners(socket)
        sockets.add(socket.once('close', () => sockets.delete(socket)))
        return socket
      }
    })
    const client = create(kafka)
    await client.connect()
    return client
  }
  let opening: Promise<Client> | undefined

  return {
    async use(signal, work) {
      signal.throwIfAborted()
      opening ??= inTime(CONNECT_MS, open())
      const client = await within(signal, opening)
      signal.throwIfAborted()
      return await within(signal, work(client))
    },
    destroy() {
      destroyed.abort(new Error('The connection was given up.'))
      // With an error, since kafkajs does not notice a socket that merely closes.
      for (const socket of sockets) socket.destroy(new Error('The connection was given up.'))
      // Only to stop its timers: with the sockets gone, there is nobody to wait for.
      opening?.then(client => client.disconnect()).catch(() => {})
    }
  }
}

async function inTime<T>(ms: number, promise: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new TimeoutError(`Not within ${ms} ms.`)), ms)
  try {
    return await Promise.race([promise, late.promise])
  } finally {
    clearTimeout(timer)
  }
}
