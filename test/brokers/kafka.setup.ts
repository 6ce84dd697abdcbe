/**
 * Gives the tests of the vitest project `kafka` one real broker and the peer: `inject('kafka')`, see `shared.ts`.
 *
 * - `TEST_KAFKA_BROKERS=host:port` names a broker of yours instead; tests that need the other listeners are skipped.
 * - Without Java or network, all are skipped, with one line that says why; under `REQUIRE_BROKERS=1` that is a failure.
 */
import type { TestProject } from 'vitest/node'
import { startKafka } from './kafka/broker.ts'
import { startPeer } from './kafka/peer-process.ts'
import type { SharedKafka } from './kafka/shared.ts'

export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  try {
    const { kafka, stop } = await start()
    project.provide('kafka', kafka)
    return stop
  } catch (cause) {
    if (process.env['REQUIRE_BROKERS'] === '1') throw cause
    const remedy = 'Install JDK 17 or newer, or name a broker with TEST_KAFKA_BROKERS.'
    process.stderr.write(`No Kafka, so its tests are SKIPPED. ${remedy} ${cause}\n`)
    project.provide('kafka', null)
    return undefined
  }
}

async function start(): Promise<{ kafka: SharedKafka; stop: () => Promise<void> }> {
  const parts = await Promise.allSettled([startPeer(), startBroker()])
  const [peer, broker] = parts
  const stop = async () => {
    await Promise.all(parts.map(part => (part.status === 'fulfilled' ? part.value.stop() : undefined)))
  }
  if (peer.status === 'fulfilled' && broker.status === 'fulfilled') {
    const { plaintext, secured } = broker.value
    return { kafka: { peer: peer.value.port, plaintext, secured }, stop }
  }
  await stop()
  throw parts.find(part => part.status === 'rejected')?.reason
}

async function startBroker(): Promise<Omit<SharedKafka, 'peer'> & { stop(): Promise<void> }> {
  const given = process.env['TEST_KAFKA_BROKERS']
  if (given !== undefined) return { plaintext: given, secured: null, stop: () => Promise.resolve() }
  const { at, stop } = await startKafka()
  return { plaintext: at.plaintext, secured: at, stop }
}
