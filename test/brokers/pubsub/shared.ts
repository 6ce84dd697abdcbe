/**
 * Tests against the run's Pub/Sub servers, in files named `*.pubsub.test.ts`:
 *
 *     import { it } from '../brokers/pubsub/shared.ts'
 *     it('publishes', async ({ at, peer, topic, subscription }) => { … })   // a server, the Go client, a new topic
 *     it('filters', async ({ pstest, pubsub }) => { … })                    // this server, or skipped without it
 *
 * Nobody may kill or freeze the shared servers; what needs that starts its own (`pstest.ts`, `emulator.ts`), or puts a
 * fault proxy before one (`../proxy.ts`), or a front (`front.ts`).
 */
import { randomUUID } from 'node:crypto'
import { inject, test } from 'vitest'
import { connectPeer, type Peer } from './peer.ts'

/** What the run's set-up provides; servers as `host:port`. */
export interface SharedPubsub {
  /** Google's emulator, or the server that TEST_PUBSUB_EMULATOR_HOST names; null where there is none. */
  readonly emulator: string | null
  /** Null when TEST_PUBSUB_EMULATOR_HOST names a server. */
  readonly pstest: string | null
  /** The port that the peer listens on, for `connectPeer`. */
  readonly peer: number
}

declare module 'vitest' {
  export interface ProvidedContext {
    /** Null when there is none, and its tests are skipped. */
    pubsub: SharedPubsub | null
  }
}

/** vitest's `it`, skipping what needs a server where there is none. */
export const it = test
  .extend('pubsub', ({ skip }): SharedPubsub => inject('pubsub') ?? skip('there is no Pub/Sub'))
  .extend('emulator', ({ pubsub, skip }): string => pubsub.emulator ?? skip('there is no emulator'))
  .extend('pstest', ({ pubsub, skip }): string => pubsub.pstest ?? skip('TEST_PUBSUB_EMULATOR_HOST names the server'))
  .extend('at', ({ pubsub, skip }): string => pubsub.emulator ?? pubsub.pstest ?? skip('there is no server'))
  .extend('peer', ({ pubsub, at }): Peer => connectPeer(pubsub.peer, at))
  .extend('topic', async ({ peer }, { onCleanup }) => {
    const topic = uniqueTopic()
    await peer.createTopic(topic)
    onCleanup(() => peer.deleteTopic(topic))
    return topic
  })
  .extend('subscription', async ({ peer, topic }, { onCleanup }) => {
    await peer.createSubscription(topic)
    onCleanup(() => peer.deleteSubscription(topic))
    return topic
  })

/** A name that no other topic has. */
export function uniqueTopic(): string {
  return `test-${randomUUID()}`
}
