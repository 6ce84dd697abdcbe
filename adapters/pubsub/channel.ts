import { AsyncLocalStorage } from 'node:async_hooks'
import { subscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import { PubSub, v1 } from '@google-cloud/pubsub'
import { UnavailableError } from '../../src/adapter.ts'

/** A client of Pub/Sub, with a connection and credentials of its own. */
export interface Channel {
  readonly client: v1.PublisherClient
  readonly auth: PubSub['auth']
  readonly isEmulator: boolean
  /** Calls `work`, and keeps hold of every socket that is opened on its behalf. */
  own<T>(work: () => T): T
  /** Lets what is in flight end, and opens nothing any more. */
  close(): Promise<void>
  /** Cuts every connection, also one that is still being made: the client itself forgets those. */
  destroy(): void
}

const CONNECTION = {
  // A channel that was replaced must not hand its connection on to the next.
  'grpc.use_local_subchannel_pool': 1,
  // Otherwise the pause between two attempts to connect grows to two minutes.
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 1000
}

/** For whom the code that runs now opens sockets. */
const owner = new AsyncLocalStorage<Set<Socket>>()

subscribe('net.client.socket', message => {
  const { socket } = message as { socket: Socket }
  const sockets = owner.getStore()
  if (sockets === undefined) return
  sockets.add(socket)
  socket.once('close', () => sockets.delete(socket))
})

/**
 * Reads once what the environment says of an emulator.
 * @returns opens a channel, which connects once it is used
 * @throws {UnavailableError} when the environment names an emulator without its port
 */
export function channelOpener(endpoint: string | undefined): () => Channel {
  const configure = configuration(endpoint)
  return () => {
    const { options, auth, isEmulator } = configure()
    const sockets = new Set<Socket>()
    const client = new v1.PublisherClient({ ...options, ...CONNECTION, auth })
    return {
      client,
      auth,
      isEmulator,
      own: work => owner.run(sockets, work),
      close: () => client.close(),
      destroy() {
        for (const socket of sockets) socket.destroy()
      }
    }
  }
}

/** @param endpoint left aside where the environment names an emulator: nothing meant for it shall reach the service */
function configuration(endpoint: string | undefined): () => PubSub {
  // Otherwise the client looks for credentials, and on a metadata server, for an emulator too.
  const emulator = new PubSub({ clientOptions: { universeDomain: 'googleapis.com' } })
  if (emulator.isEmulator) {
    if (!Number.isInteger(emulator.options.port))
      throw new UnavailableError(
        'PUBSUB_EMULATOR_HOST is not host:port. Correct it, or unset it to use Pub/Sub itself.'
      )
    return () => emulator
  }
  if (endpoint === undefined) return () => new PubSub()
  // Without a port, the client asks for the port `undefined`.
  const apiEndpoint = endpoint.includes(':') ? endpoint : `${endpoint}:443`
  return () => new PubSub({ apiEndpoint, emulatorMode: false })
}
