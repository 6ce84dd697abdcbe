import { expect } from 'vitest'
import kafka from '../../../adapters/kafka.ts'
import { DELICATE_JSON, sampleEvent, UNICODE } from '../../../src/testing/sample-event.ts'
import type { Peer } from '../../brokers/kafka/peer.ts'
import { it } from '../../brokers/kafka/shared.ts'
import { CLIENTS } from './clients.ts'
import { connect } from './connect.ts'

const events = [
  sampleEvent(DELICATE_JSON, { subject: UNICODE, partitionkey: UNICODE }),
  sampleEvent(Buffer.of(0xff, 0, 0xfe), { datacontenttype: 'application/octet-stream' }),
  sampleEvent(Buffer.of(), { tenant: '', partitionkey: '' })
]

const changes = [{}, { contentMode: 'structured', key: 'id' }, { key: 'absent' }, { compression: 'gzip' }]

async function publishAll(options: Record<string, unknown>): Promise<void> {
  const adapter = await connect(options)
  for (const event of events) await adapter.publish(event, AbortSignal.timeout(4000))
}

/** All of the topic but where and when; headers in their order. */
async function contentOf(peer: Peer, topic: string) {
  return (await peer.read(topic)).map(({ key, headers, value }) => ({ key, headers, value }))
}

it.for(CLIENTS.flatMap(client => changes.map(change => ({ client, ...change }))))(
  'record says what a consumer reads, with %j',
  async (change, { kafka: { plaintext }, peer, topic }) => {
    const options = { brokers: [plaintext], topic, ...change }
    const said = events.map(event => kafka.record?.(event, kafka.options.parse(options)))
    const before = Date.now()
    await publishAll(options)
    const records = await peer.read(topic)
    const read = records.map(({ key, headers, value }) => ({
      topic,
      key: key ?? undefined,
      headers: Object.fromEntries(headers.map(({ name, value }) => [name, String(value)])),
      value
    }))
    expect(read).toStrictEqual(said)
    for (const { timestamp } of records) {
      expect(timestamp).toBeGreaterThanOrEqual(before)
      expect(timestamp).toBeLessThanOrEqual(Date.now())
    }
  }
)

it.for(changes)(
  'all clients write the same records, with %j',
  async (change, { kafka: { plaintext }, peer, topic }) => {
    for (const client of CLIENTS) await publishAll({ brokers: [plaintext], topic, client, ...change })
    const records = await contentOf(peer, topic)
    const [first, second] = [records.slice(0, events.length), records.slice(events.length)]
    expect(first).toHaveLength(events.length)
    expect(second).toStrictEqual(first)
  }
)
