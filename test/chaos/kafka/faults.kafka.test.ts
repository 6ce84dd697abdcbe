import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { type KafkaBroker, startKafka } from '../../brokers/kafka/broker.ts'
import { connectPeer, type Peer } from '../../brokers/kafka/peer.ts'
import { claimPlace, type FaultProxy } from '../../brokers/proxy.ts'
import { CONCURRENCY, redeliver } from '../load.ts'
import { expectRefusedAtOnce, refusals } from '../outage.ts'
import { full, openScene, WAIT } from './scene.ts'

const shared = inject('kafka')
/** A broker that is not on the same machine, so that whole batches are in flight when something happens to it. */
const LATENCY_MS = 10

describe.skipIf(shared === null)('200 webhooks at a time into a broker that is', { timeout: 120_000 }, () => {
  let broker: KafkaBroker
  let peer: Peer
  let proxy: FaultProxy
  beforeAll(async () => {
    broker = await startKafka()
    peer = connectPeer(shared?.peer ?? 0, broker.at.plaintext)
    proxy = await claimPlace(broker.at.proxied)
  })
  afterAll(async () => {
    await proxy?.close()
    await broker?.stop()
  })

  async function open() {
    await proxy.delay(LATENCY_MS)
    const scene = openScene(peer, `127.0.0.1:${proxy.port}`)
    await peer.createTopic(scene.topic, { partitions: 3 })
    const bridge = await scene.bridge()
    return { scene, bridge, load: await scene.load(bridge) }
  }

  const faults = [
    { name: 'killed', often: true, fault: () => broker.kill(), mend: () => broker.start() },
    { name: 'refusing connections', often: false, fault: () => proxy.refuse(), mend: () => proxy.pass() },
    { name: 'resetting connections', often: false, fault: () => proxy.reset(), mend: () => proxy.pass() },
    { name: 'frozen', often: false, fault: () => broker.freeze(), mend: () => broker.thaw() },
    { name: 'mute', often: false, fault: () => proxy.holdAnswers(), mend: () => loseAnswers() }
  ]
  async function loseAnswers() {
    proxy.cut()
    await proxy.pass()
  }

  for (const { name, often, fault, mend } of faults) {
    test.runIf(often || full)(`${name}: refused in time, then at once, and accepted when it is back`, async () => {
      const { scene, bridge, load } = await open()
      expect(await bridge.up()).toBe(true)
      await fault()
      try {
        await expect.poll(bridge.up, WAIT).toBe(false)
        await load.more('refused', 2 * CONCURRENCY)
      } finally {
        await mend()
      }
      await load.more('acknowledged', 500)
      const deliveries = await load.stop()
      expect(await bridge.up()).toBe(true)

      const refused = refusals(deliveries)
      expectRefusedAtOnce(refused)
      const before = await scene.ledger(deliveries, name)
      // What was in flight at the fault may have been written, once by each attempt whose answer was lost.
      expect(before.duplicates + before.refusedButThere).toBeLessThanOrEqual(CONCURRENCY)
      const again = await redeliver(bridge.url, refused)
      expect(refusals(again)).toHaveLength(0)
      const after = await scene.ledger([...deliveries, ...again], `${name}, and redelivered`)
      expect(after.acknowledged).toBe(after.sent)
      await bridge.end()
    })
  }

  test('losing its answers: all is accepted in time, and written at most once more per loss', async () => {
    const { scene, bridge, load } = await open()
    const losses = 5
    for (let loss = 0; loss < losses; loss++) {
      await proxy.holdAnswers()
      await expect.poll(() => proxy.held.answers, WAIT).toBeGreaterThan(0)
      await loseAnswers()
      await proxy.delay(LATENCY_MS)
      await load.more('acknowledged', 300)
    }
    const deliveries = await load.stop()
    expect(refusals(deliveries)).toHaveLength(0)
    const { duplicates } = await scene.ledger(deliveries, 'losing its answers')
    expect(duplicates).toBeGreaterThan(0)
    expect(duplicates).toBeLessThanOrEqual(losses * CONCURRENCY)
    await bridge.end()
  })
})
