import type { Broker } from '../lane/broker.ts'
import type { PubsubClient } from './client.ts'
import { silence, toFault } from './error.ts'
import { type PubsubMessage, sizeOf } from './message.ts'
import type { PubsubOptions } from './options.ts'

/**
 * Measured, 10 ms away from the service: with fewer requests at once, events wait for one another, and more bring nothing.
 * The patience, in milliseconds, halves the CPU of eight senders, and latency is no worse.
 */
const UNORDERED = { concurrency: 8, patience: 2 }
/** Events of different ordering keys share no request, so there are many small ones. */
const ORDERED = { concurrency: 64 }
/** The service takes 1,000, and 10 MB; smaller requests are answered sooner. */
const REQUEST_MESSAGES = 500
const REQUEST_BYTES = 1_000_000

/** A topic as a lane sees it. */
export function createBroker(
  client: PubsubClient,
  { orderingKey }: Pick<PubsubOptions, 'orderingKey'>
): Broker<PubsubMessage> {
  const { topic } = client
  return {
    name: 'Pub/Sub',
    ...(orderingKey === false ? UNORDERED : ORDERED),
    limits: {
      items: REQUEST_MESSAGES,
      bytes: REQUEST_BYTES,
      // All messages of a request have one ordering key, and requests in flight may overtake one another.
      order: ({ orderingKey }) => orderingKey
    },
    sizeOf,
    async send(messages, signal, again) {
      const ids = await client.publish(messages, signal, again)
      return ids.map(id => (id === '' ? { cause: new Error('The answer has no message id.') } : { id }))
    },
    toFault: cause => toFault(cause, topic),
    silence: () => silence(topic)
  }
}
