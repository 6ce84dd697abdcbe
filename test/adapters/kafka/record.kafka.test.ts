import { expect } from 'vitest'
import kafka from '../../../adapters/kafka.ts'
import { DELICATE_JSON, sampleEvent, UNICODE } from '../../../src/testing/sample-event.ts'
import { it } from '../../brokers/kafka/shared.ts'
import { connect } from './connect.ts'

const events = [
  sampleEvent(DELICATE_JSON, { subject: UNICODE, partitionkey: UNICODE }),
  sampleEvent(Buffer.of(0xff, 0, 0xfe), { datacontenttype: 'application/octet-stream' })
]

it.for([{}, { contentMode: 'structured', key: 'id' }, { key: 'absent' }, { compression: 'gzip' }])(
  'record says what a consumer reads, with %j',
  async (changes, { kafka: { plaintext }, peer, topic }) => {
    const options = { brokers: [plaintext], topic, ...changes }
    const said = events.map(event => kafka.record?.(event, kafka.options.parse(options)))
    const adapter = await connect(options)
    for (const event of events) await adapter.publish(event, AbortSignal.timeout(4000))
    const read = (await peer.read(topic)).map(({ key, headers, value }) => ({
      topic,
      key: key ?? undefined,
      headers: Object.fromEntries(headers.map(({ name, value }) => [name, String(value)])),
      value
    }))
    expect(read).toStrictEqual(said)
  }
)
