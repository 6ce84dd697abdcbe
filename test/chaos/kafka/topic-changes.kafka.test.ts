import { describe, expect } from 'vitest'
import { CLIENTS } from '../../adapters/kafka/clients.ts'
import { it } from '../../brokers/kafka/shared.ts'
import { startLoad } from '../load.ts'
import { refusals } from '../outage.ts'
import { WAIT } from '../scene.ts'
import { openKafkaScene } from './scene.ts'

const FEW = 5

describe.each(CLIENTS)('while the bridge runs, by %s,', { timeout: 120_000 }, client => {
  it('a partition that is added is used within 10 seconds', async ({ kafka, peer }) => {
    const scene = openKafkaScene(peer, kafka.plaintext, client)
    await peer.createTopic(scene.topic)
    const bridge = await scene.bridge()
    await expect.poll(bridge.ready, WAIT).toBe(true)
    const load = startLoad(bridge.url, FEW)
    await load.more('acknowledged', FEW)
    await peer.addPartitions(scene.topic, 2)
    const isUsed = async () => (await peer.read(scene.topic)).some(({ partition }) => partition === 1)
    await expect.poll(isUsed, { timeout: 10_000, interval: 200 }).toBe(true)
    const deliveries = await load.stop()
    expect(refusals(deliveries)).toHaveLength(0)
    const { duplicates } = await scene.ledger(deliveries, 'partition added')
    expect(duplicates).toBe(0)
    await bridge.end()
  })

  it('a topic that is made later is used without a restart, and everything refused until then', async ({
    kafka,
    peer
  }) => {
    const scene = openKafkaScene(peer, kafka.plaintext, client)
    const bridge = await scene.bridge()
    const load = startLoad(bridge.url, FEW)
    await load.more('refused', FEW)
    expect(await bridge.ready()).toBe(false)
    await peer.createTopic(scene.topic)
    await load.more('acknowledged', FEW)
    expect(await bridge.ready()).toBe(true)
    const deliveries = await load.stop()
    refusals(deliveries)
    const { duplicates, refusedButThere } = await scene.ledger(deliveries, 'topic made later')
    expect([duplicates, refusedButThere]).toEqual([0, 0])
    await bridge.end()
  })
})
