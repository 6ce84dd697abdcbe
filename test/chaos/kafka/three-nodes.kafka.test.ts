import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import { partitionOf } from '../../../adapters/kafka/partition.ts'
import { sampleEvent } from '../../../src/testing/sample-event.ts'
import { CLIENTS, type ClientName } from '../../adapters/kafka/clients.ts'
import { connect } from '../../adapters/kafka/connect.ts'
import { type ClusterNode, type KafkaCluster, startKafkaCluster } from '../../brokers/kafka/cluster.ts'
import { connectPeer, type Peer } from '../../brokers/kafka/peer.ts'
import { uniqueTopic } from '../../brokers/kafka/shared.ts'
import { CONCURRENCY, type Load } from '../load.ts'
import { refusals } from '../outage.ts'
import { full, WAIT } from '../scene.ts'
import { asNamed, connectKafkajs, messageOf } from './kafkajs-alone.ts'
import { arrivedIds, openKafkaScene } from './scene.ts'

const shared = inject('kafka')
const PARTITIONS = 6
/** What takes longer waits for a new leader. */
const SLOW_MS = 500
/**
 * How often one event may be written again, since a request with one partition that has another leader by now is
 * repeated as a whole: once for the fault, and once for each leader that moves.
 */
const REPEATED = 1 + PARTITIONS
const SHAPE = { partitions: PARTITIONS, replicas: 3 }

/** What the adapter knows of the topic is at most 5 s old when it publishes. */
const ASKED_WITHIN_MS = 6000

/** A key that leads to one of two partitions. */
function keyOf(partition: number): string {
  for (let key = 0; ; key++) if (partitionOf(Buffer.from(`${key}`), 2) === partition) return `${key}`
}

describe.skipIf(shared === null || !full)('200 webhooks at a time into three nodes', { timeout: 120_000 }, () => {
  let cluster: KafkaCluster
  let peer: Peer
  beforeAll(async () => {
    cluster = await startKafkaCluster(3)
    peer = connectPeer(shared?.peer ?? 0, cluster.direct)
  })
  afterAll(() => cluster?.stop())

  async function open(client: ClientName) {
    const scene = openKafkaScene(peer, cluster.bootstrap, client)
    await peer.createTopic(scene.topic, SHAPE)
    const bridge = await scene.bridge()
    return { scene, bridge, load: await scene.load(bridge) }
  }

  const leaderOf = async (topic: string) => {
    const [first] = await peer.partitions(topic)
    return cluster.node(first?.leader ?? 0)
  }
  /** Until all nodes have all records again, since the next test takes one away. */
  const inSync = (topic: string) =>
    expect.poll(async () => (await peer.partitions(topic)).every(({ isr }) => isr.length === 3), WAIT).toBe(true)

  /** Waits until nothing is refused or slow any more, and says how long after the fault that was. */
  async function takenOver(load: Load, faultAt: number, what: string): Promise<void> {
    const held = () => load.deliveries.filter(({ status, ms }) => status !== 204 || ms > SLOW_MS)
    for (let before = -1; held().length > before; ) {
      before = held().length
      await load.more('acknowledged', 10 * CONCURRENCY)
    }
    const last = held().reduce((last, { sentAt, ms }) => Math.max(last, sentAt + ms), faultAt)
    const refused = held().filter(({ status }) => status !== 204).length
    process.stdout.write(`${what}: taken over within ${Math.round(last - faultAt)} ms, ${refused} refused meanwhile\n`)
  }

  test.for(CLIENTS)('leaders that move back and forth, by %s: all is accepted', async client => {
    const { scene, bridge, load } = await open(client)
    const rounds = [1, 2, 3, 1]
    for (const to of rounds) {
      for (let partition = 0; partition < PARTITIONS; partition++) await peer.moveLeader(scene.topic, partition, to)
      await load.more('acknowledged', 500)
    }
    const deliveries = await load.stop()
    const { duplicates } = await scene.ledger(deliveries, `leaders moved, by ${client}`)
    expect(refusals(deliveries)).toHaveLength(0)
    expect(duplicates).toBeLessThanOrEqual(rounds.length * REPEATED * CONCURRENCY)
    await bridge.end()
  })

  const faults = [
    { name: 'killed', fault: (node: ClusterNode) => node.kill(), mend: (node: ClusterNode) => node.start() },
    { name: 'frozen', fault: (node: ClusterNode) => node.freeze(), mend: (node: ClusterNode) => node.thaw() }
  ]
  for (const { name, fault, mend } of faults) {
    test.for(CLIENTS)(`a leader that is ${name}, by %s: the others take over while it is away`, async client => {
      const { scene, bridge, load } = await open(client)
      const node = await leaderOf(scene.topic)
      const at = performance.now()
      await fault(node)
      try {
        await takenOver(load, at, `a leader ${name}, by ${client}`)
      } finally {
        await mend(node)
      }
      await load.more('acknowledged', 500)
      await inSync(scene.topic)
      const deliveries = await load.stop()
      refusals(deliveries)
      const { duplicates } = await scene.ledger(deliveries, `a leader ${name}, by ${client}`)
      expect(duplicates).toBeLessThanOrEqual(REPEATED * CONCURRENCY)
      await bridge.end()
    })
  }

  test.for(CLIENTS)('a node that is down from the beginning, and named first, by %s: all is accepted', async client => {
    const scene = openKafkaScene(peer, cluster.bootstrap, client)
    await peer.createTopic(scene.topic, SHAPE)
    const node = cluster.node(1)
    await node.kill()
    try {
      const leaders = async () => (await peer.partitions(scene.topic)).map(({ leader }) => leader ?? node.id)
      await expect.poll(leaders, WAIT).not.toContain(node.id)
      const bridge = await scene.bridge()
      const load = await scene.load(bridge)
      await load.more('acknowledged', 500)
      const deliveries = await load.stop()
      await scene.ledger(deliveries, `one of three down, by ${client}`)
      expect(refusals(deliveries)).toHaveLength(0)
      await bridge.end()
    } finally {
      await node.start()
      await inSync(scene.topic)
    }
  })

  test.for(CLIENTS)(
    'by %s, a node that is mute holds up no partition that another has taken over, nor those that it had before',
    async client => {
      const topic = uniqueTopic()
      await peer.createTopic(topic, { partitions: 2, replicas: 3 })
      for (const partition of [0, 1]) await peer.moveLeader(topic, partition, partition + 1)
      const brokers = [1, 3].map(id => `127.0.0.1:${cluster.node(id).proxy.port}`)
      const adapter = await connect({ client, brokers, topic })
      const publish = (partition: number) =>
        adapter.publish(sampleEvent('{}', { partitionkey: keyOf(partition) }), AbortSignal.timeout(4000))
      await Promise.all([publish(0), publish(1)])
      await peer.moveLeader(topic, 1, 1)
      // Until the adapter has asked again who leads what, and has not yet had anything for the partition that has moved.
      for (const end = performance.now() + ASKED_WITHIN_MS; performance.now() < end; ) await publish(0)
      const { proxy } = cluster.node(2)
      onTestFinished(() => proxy.pass())
      await proxy.hold()
      const outcomes = await Promise.allSettled([publish(1), publish(0)])
      expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled'])
    }
  )

  test('why the bridge lets kafkajs repeat nothing: its repetition leaves a moved partition out, and resolves', async () => {
    const topic = uniqueTopic()
    await peer.createTopic(topic, { partitions: 2, replicas: 3 })
    for (const partition of [0, 1]) await peer.moveLeader(topic, partition, partition + 1)
    const producer = await connectKafkajs(cluster.direct, { createPartitioner: asNamed })
    await producer.send({ topic, messages: [messageOf('before')] })
    await peer.moveLeader(topic, 1, 1)
    const answer = await producer.send({ topic, messages: [messageOf('stayed'), messageOf('moved', 1)] })
    expect(answer.map(({ partition, errorCode }) => [partition, errorCode])).toEqual([[0, 0]])
    expect(await arrivedIds(peer, topic)).toEqual(['before', 'stayed'])
  })
})
