import { expect, onTestFinished, vi } from 'vitest'
import { UnavailableError } from '../../../src/adapter.ts'
import { sampleEvent } from '../../../src/testing/sample-event.ts'
import { startKafkaCluster } from '../../brokers/kafka/cluster.ts'
import { connectPeer } from '../../brokers/kafka/peer.ts'
import { it, uniqueTopic } from '../../brokers/kafka/shared.ts'
import { connect } from './connect.ts'
import { publish, refusalOf } from './refusal.ts'

const soon = <T>(attempt: () => Promise<T>) => vi.waitFor(attempt, { timeout: 10_000, interval: 50 })

// On a cluster, since Kafka asks for no more in-sync replicas than there are replicas.
it('too few in-sync replicas, once they are enough', async ({ kafka }) => {
  const cluster = await startKafkaCluster(3)
  onTestFinished(() => cluster.stop())
  const peer = connectPeer(kafka.peer, cluster.direct)
  const topic = uniqueTopic()
  await peer.createTopic(topic, { replicas: 2, configs: { 'min.insync.replicas': '2' } })
  // Not every node has heard of the topic yet.
  const adapter = await soon(() => connect({ brokers: cluster.bootstrap.split(','), topic }))
  await publish(adapter)

  const [partition] = await peer.partitions(topic)
  await cluster.node(partition?.replicas.find(id => id !== partition.leader) ?? 0).kill()
  await expect.poll(async () => (await peer.partitions(topic))[0]?.isr, { timeout: 30_000 }).toHaveLength(1)
  const refusal = await refusalOf(publish(adapter, sampleEvent(), 1000))
  expect(refusal).toBeInstanceOf(UnavailableError)
  expect(refusal.message).toContain(`"${topic}" has fewer in-sync replicas than its min.insync.replicas`)

  await peer.setTopicConfig(topic, { 'min.insync.replicas': '1' })
  await soon(() => publish(adapter))
})
