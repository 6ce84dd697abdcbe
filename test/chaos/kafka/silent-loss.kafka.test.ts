/**
 * Two ways in which kafkajs reports as written what is not in the topic: first shown with kafkajs alone, so that it is
 * known when they are gone, and then that the adapter does not pass them on.
 */
import { randomUUID } from 'node:crypto'
import { describe, expect, onTestFinished } from 'vitest'
import { openKafkajs } from '../../../adapters/kafka/kafkajs.ts'
import { openPlatformatic } from '../../../adapters/kafka/platformatic.ts'
import type { CloudEvent } from '../../../src/adapter.ts'
import { sampleEvent } from '../../../src/testing/sample-event.ts'
import { CLIENTS } from '../../adapters/kafka/clients.ts'
import { connect } from '../../adapters/kafka/connect.ts'
import type { Peer } from '../../brokers/kafka/peer.ts'
import { it } from '../../brokers/kafka/shared.ts'
import { claimPlace } from '../../brokers/proxy.ts'
import { WAIT } from '../scene.ts'
import { asNamed, connectKafkajs, messageOf } from './kafkajs-alone.ts'
import { arrivedIds, idOf } from './scene.ts'

const plain = {
  clientId: 'test',
  compression: 'none',
  tls: async () => undefined,
  log: { debug() {}, info() {}, warn() {}, error() {} }
} as const

const recordOf = (id: string) => ({ key: undefined, headers: { ce_id: id }, value: Buffer.from(id) })

/** The id and the place of each record, as the adapter says it. */
async function arrivedAt(peer: Peer, topic: string): Promise<string[]> {
  const records = await peer.read(topic)
  return records.map(record => `${idOf(record)} ${topic}-${record.partition}@${record.offset}`)
}

describe('a partition that the producer does not know yet', { timeout: 120_000 }, () => {
  it('kafkajs leaves its messages out, and resolves', async ({ kafka, peer, topic }) => {
    const producer = await connectKafkajs(kafka.plaintext, { createPartitioner: asNamed })
    await producer.send({ topic, messages: [messageOf('before')] })
    await peer.addPartitions(topic, 2)
    const answer = await producer.send({ topic, messages: [messageOf('known'), messageOf('unknown', 1)] })
    expect(answer.map(({ partition, errorCode }) => [partition, errorCode])).toEqual([[0, 0]])
    expect(await arrivedIds(peer, topic)).toEqual(['before', 'known'])
  })

  it("the adapter's port over kafkajs sends nothing, and then writes them", async ({ kafka, peer, topic }) => {
    const client = openKafkajs({ ...plain, sasl: () => undefined, brokers: [kafka.plaintext], topic })
    onTestFinished(() => client.close())
    const signal = AbortSignal.timeout(30_000)
    const [leader = Number.NaN] = await client.leaders(signal)
    const produce = (...partitions: readonly number[]) =>
      client.produce(leader, new Map(partitions.map(partition => [partition, [recordOf(`${partition}`)]])), signal)
    await produce(0)
    await peer.addPartitions(topic, 2)
    await expect(produce(0, 1)).rejects.toThrow()
    expect([...(await produce(0, 1)).keys()].sort()).toEqual([0, 1])
    expect((await arrivedIds(peer, topic)).sort()).toEqual(['0', '0', '1'])
  })

  it("the adapter's port over the other client need not know it, and writes them", async ({ kafka, peer, topic }) => {
    const client = openPlatformatic({ ...plain, sasl: undefined, brokers: [kafka.plaintext], topic })
    onTestFinished(() => client.close())
    const signal = AbortSignal.timeout(30_000)
    const [leader = Number.NaN] = await client.leaders(signal)
    const produce = (...partitions: readonly number[]) =>
      client.produce(leader, new Map(partitions.map(partition => [partition, [recordOf(`${partition}`)]])), signal)
    await expect(produce(0, 1)).rejects.toMatchObject({ type: 'UNKNOWN_TOPIC_OR_PARTITION' })
    await peer.addPartitions(topic, 2)
    await expect.poll(() => produce(0, 1).catch(() => new Map())).toHaveProperty('size', 2)
    expect(new Set(await arrivedIds(peer, topic))).toEqual(new Set(['0', '1']))
  })

  it.for(CLIENTS)(
    'the adapter, by %s, resolves with what is in the topic, and loses nothing',
    async (client, { kafka, peer, topic }) => {
      const adapter = await connect({ client, brokers: [kafka.plaintext], topic })
      const published = new Map<string, string>()
      const publish = async () => {
        // A key of its own, so that both partitions get some.
        const id = randomUUID()
        const event = sampleEvent('{}', { id, partitionkey: id })
        published.set(id, await adapter.publish(event, AbortSignal.timeout(4000)))
      }
      await publish()
      await peer.addPartitions(topic, 2)
      // Many at once: they travel in one request for both partitions. None may be refused.
      while (![...published.values()].some(place => place.startsWith(`${topic}-1@`))) {
        await Promise.all(Array.from({ length: 20 }, publish))
      }
      const arrived = new Set(await arrivedAt(peer, topic))
      expect([...published].filter(([id, place]) => !arrived.has(`${id} ${place}`))).toEqual([])
    }
  )
})

describe('an answer that is lost', { timeout: 120_000 }, () => {
  it('kafkajs, idempotent, loses the next message, and resolves', async ({ secured, peer, topic }) => {
    const proxy = await claimPlace(secured.proxied)
    onTestFinished(() => proxy.close())
    const producer = await connectKafkajs(
      `127.0.0.1:${proxy.port}`,
      { idempotent: true, retry: { retries: 1, initialRetryTime: 50 } },
      500
    )
    const send = (id: string) => producer.send({ topic, messages: [messageOf(id)] })
    await send('first')
    await proxy.holdAnswers()
    await expect(send('unanswered')).rejects.toThrow()
    await proxy.pass()
    await expect(send('next')).resolves.toMatchObject([{ errorCode: 0 }])
    const arrived = await arrivedIds(peer, topic)
    expect(arrived).toContain('unanswered')
    expect(arrived).not.toContain('next')
  })

  it.for(CLIENTS)('the adapter, by %s, loses nothing', async (client, { secured, peer, topic }) => {
    const proxy = await claimPlace(secured.proxied)
    onTestFinished(() => proxy.close())
    const adapter = await connect({ client, brokers: [`127.0.0.1:${proxy.port}`], topic })
    const [first, unanswered, unsent, next] = [sampleEvent(), sampleEvent(), sampleEvent(), sampleEvent()]
    const publish = (event: CloudEvent, ms: number) => adapter.publish(event, AbortSignal.timeout(ms))
    await publish(first, 4000)
    await proxy.holdAnswers()
    await expect(publish(unanswered, 500)).rejects.toMatchObject({ statusCode: 503 })
    // The answer is lost with its connection. An attempt or two more would fail in this time.
    await proxy.refuse()
    await expect(publish(unsent, 1000)).rejects.toMatchObject({ statusCode: 503 })
    await proxy.pass()
    const accepted = () => publish(next, 4000).catch(() => undefined)
    await expect.poll(accepted, WAIT).toBeDefined()
    expect(await arrivedIds(peer, topic)).toEqual([first.id, unanswered.id, next.id])
  })
})
