import pubsub from '../../../adapters/pubsub.ts'
import type { Adapter, CloudEvent, Log } from '../../../src/adapter.ts'
import type { Harness } from '../../../src/testing.ts'
import type { FaultProxy } from '../../brokers/proxy.ts'
import type { PubsubFront } from '../../brokers/pubsub/front.ts'
import { type Peer, PROJECT, type StoredMessage } from '../../brokers/pubsub/peer.ts'
import { uniqueTopic } from '../../brokers/pubsub/shared.ts'
import { parseStructured } from '../structured.ts'

export type ContentMode = 'binary' | 'structured'

/**
 * Opens the adapter as the bridge would, with options as they stand in a configuration.
 * @param at where PUBSUB_EMULATOR_HOST says that Pub/Sub is, which the client reads once
 */
export function connectPubsub(at: string, options: Record<string, unknown>, log: Log): Promise<Adapter> {
  const context = { destination: 'test', directory: import.meta.dirname, log }
  process.env['PUBSUB_EMULATOR_HOST'] = at
  try {
    return Promise.resolve(pubsub.connect(pubsub.options.parse(options), context))
  } finally {
    delete process.env['PUBSUB_EMULATOR_HOST']
  }
}

/** Ways to a server that may be hurt: by a fault proxy, behind it a front, and another front that lets nobody in. */
export interface Ways {
  readonly proxy: FaultProxy
  readonly front: PubsubFront
  readonly refusing: PubsubFront
  readonly peer: Peer
}

/** The contract suite's view of a server: a topic with a subscription for each harness, read by the Go client. */
export async function openPubsubHarness({ proxy, front, refusing, peer }: Ways, mode: ContentMode): Promise<Harness> {
  const topic = uniqueTopic()
  const options = { topic: `projects/${PROJECT}/topics/${topic}`, contentMode: mode }
  await peer.createTopic(topic)
  await peer.createSubscription(topic)
  const connect = (changes: object, at = `127.0.0.1:${proxy.port}`) => {
    return (log: Log) => connectPubsub(at, { ...options, ...changes }, log)
  }
  return {
    connect: connect({}),
    received: async () => (await peer.read(topic)).map(mode === 'binary' ? parseBinary : parseMessage),
    data: mode === 'binary' ? 'bytes' : 'json',
    break: {
      gone: proxy.refuse,
      hung: proxy.hold,
      refusing: async () => front.answer({ code: 8, message: 'Quota exceeded.' })
    },
    async restore() {
      front.pass()
      await proxy.pass()
    },
    missing: { connect: connect({ topic: `${options.topic}-2` }), names: `${topic}-2` },
    refused: { connect: connect({}, refusing.at), names: topic },
    oversize: 10_000_000,
    secrets: [],
    async close() {
      await peer.deleteSubscription(topic)
      await peer.deleteTopic(topic)
    }
  }
}

/** A message in binary content mode; attributes as the binding has them. */
export function parseBinary({ attributes, data }: StoredMessage): CloudEvent {
  const { 'content-type': contentType, googclient_traceparent: _, googclient_tracestate: __, ...others } = attributes
  const event = Object.fromEntries(
    Object.entries(others).map(([name, value]) => {
      const attribute = /^ce-(.+)$/.exec(name)?.[1]
      if (attribute === undefined) throw new TypeError(`an attribute that the binding does not have: ${name}`)
      return [attribute, value]
    })
  )
  if (event['datacontenttype'] !== contentType) throw new TypeError(`content-type: ${contentType}`)
  return { ...event, data } as unknown as CloudEvent
}

/** A message in structured content mode; its attributes repeat the event's. */
export function parseMessage({ attributes, data }: StoredMessage): CloudEvent {
  const { 'content-type': contentType, googclient_traceparent: _, googclient_tracestate: __, ...repeated } = attributes
  if (contentType !== 'application/cloudevents+json') throw new TypeError(`content-type: ${contentType}`)
  const event = parseStructured(data.toString())
  for (const [name, value] of Object.entries(repeated)) {
    if (event[name.slice('ce-'.length)] !== value) throw new TypeError(`not as in the event: ${name}`)
  }
  return event
}
