/**
 * Google's Go client in a process of its own, as a second opinion on what the bridge has published.
 *
 *     const peer = connectPeer(port, server.at)
 *     await peer.createTopic('t')
 *     await peer.createSubscription('t', { filter: 'attributes.ce-type = "x"' })   // its name is 't', too
 *     const messages = await peer.read('t')     // all that the subscription has ever given, in order of arrival
 *
 * What was read is remembered by the server's address and the subscription's name. So it survives the server: after
 * `server.start()`, create the topic and the subscription again, and `read` goes on. What was published after the last
 * `read` dies with the server, so a ledger cuts clients off first: `proxy.refuse()`, `read`, `server.kill()`. A `read`
 * that fails may hide messages for ten seconds, the acknowledgement deadline.
 *
 * Each call is a connection of its own; nothing has to be closed.
 */
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'

/** The project that topics and subscriptions are in, unless told. */
export const PROJECT = 'test'

export interface Message {
  readonly data: Buffer
  readonly attributes: Readonly<Record<string, string>>
  /** Empty when there is none. */
  readonly orderingKey: string
}

export interface StoredMessage extends Message {
  readonly messageId: string
  /** RFC 3339. */
  readonly publishTime: string
}

/** What the server, or the way to it, says has failed; `code` is the name of the gRPC status, such as `NotFound`. */
export class PeerError extends Error {
  readonly code: string
  constructor(code: string, message: string) {
    super(`${code}: ${message}`)
    this.name = 'PeerError'
    this.code = code
  }
}

/** Every method fails with a PeerError, after `timeoutMs` at the latest. */
export interface Peer {
  createTopic(topic: string): Promise<void>
  deleteTopic(topic: string): Promise<void>
  createSubscription(topic: string, options?: SubscriptionOptions): Promise<void>
  deleteSubscription(subscription: string): Promise<void>
  /** Every message that the subscription has ever given, each once. */
  read(subscription: string): Promise<StoredMessage[]>
  /** Stores one message; its id. */
  publish(topic: string, message: Partial<Message>): Promise<string>
}

export interface SubscriptionOptions {
  /** The topic's name unless told. */
  readonly name?: string
  /** Such as `attributes.ce-type = "x"`. Only pstest honours it. */
  readonly filter?: string
  /** Gives messages of one ordering key in their order. */
  readonly ordering?: boolean
}

/** The peer that listens on a port, as a client of the server at `host:port`. */
export function connectPeer(
  port: number,
  server: string,
  options: { project?: string; timeoutMs?: number } = {}
): Peer {
  const { project = PROJECT, timeoutMs = 20_000 } = options
  const call = (operation: string, parameters: object) =>
    exchange(port, { operation, server, timeoutMs, ...parameters })
  const command = async (...parameters: Parameters<typeof call>) => {
    await call(...parameters)
  }
  const topicName = (topic: string) => `projects/${project}/topics/${topic}`
  const subscriptionName = (subscription: string) => `projects/${project}/subscriptions/${subscription}`
  return {
    createTopic: topic => command('createTopic', { topic: topicName(topic) }),
    deleteTopic: topic => command('deleteTopic', { topic: topicName(topic) }),
    createSubscription: (topic, { name = topic, filter = '', ordering = false } = {}) =>
      command('createSubscription', {
        topic: topicName(topic),
        subscription: subscriptionName(name),
        filter,
        ordering
      }),
    deleteSubscription: name => command('deleteSubscription', { subscription: subscriptionName(name) }),
    async read(name) {
      const messages = (await call('read', { subscription: subscriptionName(name) })) as WireMessage[]
      return messages.map(message => ({ ...message, data: Buffer.from(message.data, 'base64') }))
    },
    async publish(topic, { data, ...rest }) {
      const message = { ...rest, data: data?.toString('base64') }
      return (await call('publish', { topic: topicName(topic), message })) as string
    }
  }
}

/** A message as it comes over the wire, with its bytes in Base64. */
type WireMessage = Omit<StoredMessage, 'data'> & { readonly data: string }

interface Answer {
  readonly result?: unknown
  readonly error?: { readonly code: string; readonly message: string }
}

async function exchange(port: number, request: object): Promise<unknown> {
  const socket = connect(port, '127.0.0.1').end(JSON.stringify(request))
  const { result, error }: Answer = JSON.parse(await text(socket))
  if (error) throw new PeerError(error.code, error.message)
  return result
}
