import { onTestFinished } from 'vitest'
import type { Adapter, CloudEvent, Log } from '../../../src/adapter.ts'
import { sampleEvent } from '../../../src/testing/sample-event.ts'
import { PROJECT } from '../../brokers/pubsub/peer.ts'
import { connectPubsub } from './harness.ts'

/** As limits.acknowledge, in milliseconds. */
const DEADLINE_MS = 4000

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} }

/**
 * Opens the adapter for one test, and closes it at that test's end.
 * @param at the server or a way to it, as `host:port`
 * @param topic by its id
 */
export async function connect(at: string, topic: string, options: object = {}): Promise<Adapter> {
  const adapter = await connectPubsub(at, { topic: `projects/${PROJECT}/topics/${topic}`, ...options }, silent)
  onTestFinished(() => adapter.close())
  return adapter
}

export function publish(adapter: Adapter, event: CloudEvent = sampleEvent(), deadline = DEADLINE_MS): Promise<string> {
  return adapter.publish(event, AbortSignal.timeout(deadline))
}
