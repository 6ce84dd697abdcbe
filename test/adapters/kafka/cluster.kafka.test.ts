import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test, vi } from 'vitest'
import { UnavailableError } from '../../../src/adapter.ts'
import { sampleEvent } from '../../../src/testing/sample-event.ts'
import { type KafkaCluster, startKafkaCluster } from '../../brokers/kafka/cluster.ts'
import { connectPeer, type Peer } from '../../brokers/kafka/peer.ts'
import { uniqueTopic } from '../../brokers/kafka/shared.ts'
import { arrivedIds } from '../../chaos/kafka/scene.ts'
import { CLIENTS } from './clients.ts'
import { connect } from './connect.ts'
import { publish, refusalOf } from './refusal.ts'

const shared = inject('kafka')
const CONCURRENCY = 20

const soon = <T>(attempt: () => Promise<T>) => vi.waitFor(attempt, { timeout: 10_000, interval: 50 })

// On a cluster, since Kafka asks for no more in-sync replicas than there are replicas.
describe.skipIf(shared === null)('three nodes', () => {
  let cluster: KafkaCluster
  let peer: Peer
  beforeAll(async () => {
    cluster = await startKafkaCluster(3)
    peer = connectPeer(shared?.peer ?? 0, cluster.direct)
  })
  afterAll(() => cluster?.stop())

  /** Not every node has heard of a new topic yet. */
  const open = (client: string, topic: string) =>
    soon(() => connect({ client, brokers: cluster.bootstrap.split(','), topic }))

  test.for(CLIENTS)('leaders that move back and forth, by %s: all is accepted, and there', async client => {
    const topic = uniqueTopic()
    await peer.createTopic(topic, { partitions: 3, replicas: 3 })
    const adapter = await open(client, topic)
    const accepted: string[] = []
    let moving = true
    const load = async () => {
      while (moving) {
        const id = randomUUID()
        await publish(adapter, sampleEvent('{}', { id, partitionkey: id }))
        accepted.push(id)
      }
    }
    const loads = Promise.all(Array.from({ length: CONCURRENCY }, load))
    onTestFinished(() => {
      moving = false
    })
    for (const to of [1, 2, 3, 1]) {
      const before = accepted.length
      for (const partition of [0, 1, 2]) await peer.moveLeader(topic, partition, to)
      await Promise.race([loads, soon(async () => expect(accepted.length).toBeGreaterThan(before + 10 * CONCURRENCY))])
    }
    moving = false
    await loads
    const there = new Set(await arrivedIds(peer, topic))
    expect(accepted.filter(id => !there.has(id))).toEqual([])
  })

  test('too few in-sync replicas, once they are enough, by each client', async () => {
    const topic = uniqueTopic()
    await peer.createTopic(topic, { replicas: 2, configs: { 'min.insync.replicas': '2' } })
    const adapters = await Promise.all(CLIENTS.map(client => open(client, topic)))
    for (const adapter of adapters) await publish(adapter)

    const [partition] = await peer.partitions(topic)
    await cluster.node(partition?.replicas.find(id => id !== partition.leader) ?? 0).kill()
    await expect.poll(async () => (await peer.partitions(topic))[0]?.isr, { timeout: 30_000 }).toHaveLength(1)
    for (const adapter of adapters) {
      const refusal = await refusalOf(publish(adapter, sampleEvent(), 1000))
      expect(refusal).toBeInstanceOf(UnavailableError)
      expect(refusal.message).toContain(`"${topic}" has fewer in-sync replicas than its min.insync.replicas`)
    }

    await peer.setTopicConfig(topic, { 'min.insync.replicas': '1' })
    for (const adapter of adapters) await soon(() => publish(adapter))
  })
})
