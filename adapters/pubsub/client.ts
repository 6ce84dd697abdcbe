import { PubSub, v1 } from '@google-cloud/pubsub'
import { authorize, projectOf } from './credentials.ts'
import { isSilence } from './error.ts'
import type { PubsubMessage } from './message.ts'
import type { PubsubOptions } from './options.ts'

/** The one call that the adapter needs. */
export interface PubsubClient {
  /** As `projects/<project>/topics/<id>`. */
  readonly topic: string
  /**
   * Publishes the messages in one request; their message ids, in their order. Rejects with the client's own error, and at
   * once when `signal` aborts.
   */
  publish(messages: readonly PubsubMessage[], signal: AbortSignal): Promise<readonly string[]>
  close(): Promise<void>
}

/** How long a request may take, in milliseconds: one that a dead connection swallowed shall have a second chance. */
const REQUEST_MS = 2000

/** One attempt: what is tried again, and when, the lane decides. */
const CALL = { timeout: REQUEST_MS, retry: { retryCodes: [] } }
const CHANNEL = {
  // A client that was replaced must not hand its connection on to the next.
  'grpc.use_local_subchannel_pool': 1,
  // Otherwise the pause between two attempts to connect grows to two minutes.
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 1000
}

/**
 * Opens the topic, once there is a credential.
 * @throws {UnavailableError} when there is none, or no project for the topic
 */
export async function openClient(
  options: Pick<PubsubOptions, 'topic' | 'projectId' | 'endpoint'>
): Promise<PubsubClient> {
  const { isEmulator, auth, options: config } = configure(options.endpoint)
  const open = () => new v1.PublisherClient({ ...config, ...CHANNEL, auth })
  // First of all: it tells `auth` for what credentials are needed.
  let client = open()
  if (!isEmulator) await authorize(auth)
  const topic = options.topic.includes('/')
    ? options.topic
    : `projects/${options.projectId ?? (await projectOf(auth))}/topics/${options.topic}`

  return {
    topic,
    async publish(messages, signal) {
      signal.throwIfAborted()
      const current = client
      const aborted = Promise.withResolvers<never>()
      const onAbort = () => aborted.reject(signal.reason)
      signal.addEventListener('abort', onAbort, { once: true })
      try {
        const call = current.publish({ topic, messages: [...messages] }, CALL)
        const [{ messageIds }] = await Promise.race([call, aborted.promise])
        return messageIds ?? []
      } catch (error) {
        // Its connection may be dead without anybody having said so. What was not sent, it never will.
        if (current === client && isSilence(error)) {
          client = open()
          void current.close().catch(() => {})
        }
        throw error
      } finally {
        signal.removeEventListener('abort', onAbort)
      }
    },
    close: () => client.close()
  }
}

/** @param endpoint left aside where the environment names an emulator: nothing meant for it shall reach the service */
function configure(endpoint: string | undefined): PubSub {
  // Otherwise the client looks for credentials, and on a metadata server, for an emulator too.
  const emulator = new PubSub({ clientOptions: { universeDomain: 'googleapis.com' } })
  if (emulator.isEmulator) return emulator
  if (endpoint === undefined) return new PubSub()
  // Without a port, the client asks for the port `undefined`.
  return new PubSub({ apiEndpoint: endpoint.includes(':') ? endpoint : `${endpoint}:443`, emulatorMode: false })
}
