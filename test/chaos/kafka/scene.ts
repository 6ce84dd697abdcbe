import { expect, onTestFinished } from 'vitest'
import type { Peer, StoredRecord } from '../../brokers/kafka/peer.ts'
import { uniqueTopic } from '../../brokers/kafka/shared.ts'
import { balance, expectNothingLost, type Ledger } from '../ledger.ts'
import { type Delivery, startLoad } from '../load.ts'
import { type BridgeProgram, startProgram } from '../program.ts'

/** What a wait for a condition may take at most. */
export const WAIT = { timeout: 30_000, interval: 50 }
/** The tests that every run has time for are not all; these come with `npm run test:full`. */
export const full = process.env['TEST_FULL'] === '1'

/** A topic, and what every test does to it. */
export interface Scene {
  readonly topic: string
  /** Starts a bridge that publishes to the topic. It may not be ready yet. */
  bridge(): Promise<BridgeProgram>
  /** Puts a bridge under load, and waits until it flows. */
  load(bridge: BridgeProgram): Promise<ReturnType<typeof startLoad>>
  /** What became of all these deliveries, of which none that was acknowledged may be lost. */
  ledger(deliveries: readonly Delivery[], title: string): Promise<Ledger>
}

/** Sets a scene that is cleared when the test ends. `brokers` are the bridge's, and not the peer's, way to Kafka. */
export function openScene(peer: Peer, brokers: string): Scene {
  const topic = uniqueTopic()
  return {
    topic,
    async bridge() {
      const bridge = await startProgram({ BRIDGE_ADAPTER: 'kafka', KAFKA_BROKERS: brokers, KAFKA_TOPIC: topic })
      onTestFinished(() => bridge.kill())
      return bridge
    },
    async load(bridge) {
      await expect.poll(bridge.ready, WAIT).toBe(true)
      const load = startLoad(bridge.url)
      onTestFinished(async () => {
        await load.stop()
      })
      await load.more('acknowledged', 500)
      return load
    },
    async ledger(deliveries, title) {
      const ledger = balance(deliveries, await arrivedIds(peer, topic))
      expectNothingLost(ledger, title)
      return ledger
    }
  }
}

/** The ids of all events that Kafka's own client reads now, each as often as it is there. */
export async function arrivedIds(peer: Peer, topic: string): Promise<string[]> {
  return (await peer.read(topic)).map(idOf)
}

/** The CloudEvents id of a record. */
export function idOf({ headers, partition, offset }: StoredRecord): string {
  const id = headers.find(({ name }) => name === 'ce_id')?.value
  if (!id) throw new Error(`the record at ${partition}@${offset} has no ce_id`)
  return id.toString()
}
