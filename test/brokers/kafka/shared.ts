/**
 * Tests against the run's one Kafka, in files named `*.kafka.test.ts`:
 *
 *     import { it } from '../brokers/kafka/shared.ts'
 *     it('publishes', async ({ kafka, peer, topic }) => { … })   // the broker, the Java client, a new topic
 *     it('logs in', async ({ secured, peer }) => { … })          // skipped where TEST_KAFKA_BROKERS names the broker
 *
 * Nobody may kill or freeze the shared broker; what needs that starts its own (`broker.ts`), or claims a place for a
 * fault proxy: `await claimPlace(secured.proxied)`.
 */
import { randomUUID } from 'node:crypto'
import { inject, test } from 'vitest'
import type { KafkaAddresses } from './broker.ts'
import { connectPeer, type Peer } from './peer.ts'

/** What the run's set-up provides. */
export interface SharedKafka {
  /** Addresses, with commas between them, where nobody asks who you are. */
  readonly plaintext: string
  /** The port that the peer listens on, for `connectPeer`. */
  readonly peer: number
  /** The other listeners; null when the broker is not ours. */
  readonly secured: KafkaAddresses | null
}

declare module 'vitest' {
  export interface ProvidedContext {
    /** Null when there is none, and its tests are skipped. */
    kafka: SharedKafka | null
  }
}

/** vitest's `it`, skipping what needs a broker where there is none. */
export const it = test
  .extend('kafka', ({ skip }): SharedKafka => inject('kafka') ?? skip('there is no Kafka'))
  .extend(
    'secured',
    ({ kafka, skip }): KafkaAddresses => kafka.secured ?? skip('TEST_KAFKA_BROKERS has no such listener')
  )
  .extend('peer', ({ kafka }): Peer => connectPeer(kafka.peer, kafka.plaintext))
  .extend('topic', async ({ peer }, { onCleanup }) => {
    const topic = uniqueTopic()
    await peer.createTopic(topic)
    onCleanup(() => peer.deleteTopic(topic))
    return topic
  })

/** A name that no other topic has. */
export function uniqueTopic(): string {
  return `test-${randomUUID()}`
}
