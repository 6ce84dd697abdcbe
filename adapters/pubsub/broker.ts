import type { Broker } from '../lane/broker.ts'
import type { PubsubClient } from './client.ts'
import { silence, toFault } from './error.ts'
import { type PubsubMessage, sizeOf } from './message.ts'

/** Measured, 10 ms away from the service: with fewer, events wait for one another; more bring nothing. */
const CONCURRENCY = 8
/** In milliseconds. Measured: half the CPU of none at all with eight senders, and latency no worse. */
const PATIENCE_MS = 2
/** The service takes 1,000, and 10 MB; smaller requests are answered sooner. */
const REQUEST_MESSAGES = 500
const REQUEST_BYTES = 1_000_000

/** A topic as a lane sees it. */
export function createBroker(client: PubsubClient): Broker<PubsubMessage> {
  const { topic } = client
  return {
    name: 'Pub/Sub',
    concurrency: CONCURRENCY,
    patience: PATIENCE_MS,
    limits: {
      items: REQUEST_MESSAGES,
      bytes: REQUEST_BYTES,
      // All messages of a request have one ordering key, and requests in flight may overtake one another.
      order: ({ orderingKey }) => orderingKey
    },
    sizeOf,
    async send(messages, signal) {
      const ids = await client.publish(messages, signal)
      return ids.map(id => ({ id }))
    },
    toFault: cause => toFault(cause, topic),
    silence: () => silence(topic)
  }
}
