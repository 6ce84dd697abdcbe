import { HTTP, CloudEvent as Oracle } from 'cloudevents'
import { describe, expect, test } from 'vitest'
import { type PubsubMessage, toMessage } from '../../../adapters/pubsub/message.ts'
import { type CloudEvent, toStructured } from '../../../src/event.ts'
import { DELICATE_JSON, sampleEvent, UNICODE } from '../../../src/testing/sample-event.ts'
import { parseStructured } from '../structured.ts'

const binary = { contentMode: 'binary', orderingKey: false } as const
const structured = { contentMode: 'structured', orderingKey: false } as const

const bare: CloudEvent = {
  specversion: '1.0',
  id: 'msg_1',
  source: '//s',
  type: 't',
  datacontenttype: 'application/json',
  data: Buffer.from('{}')
}
const BARE_ATTRIBUTES = {
  'ce-specversion': '1.0',
  'ce-id': 'msg_1',
  'ce-source': '//s',
  'ce-type': 't',
  'ce-datacontenttype': 'application/json'
}

/** As the cloudevents package reads it over HTTP, whose binding leaves out what is in `content-type` already. */
function parseBinary({ attributes, data }: PubsubMessage): Oracle<unknown> {
  const { 'ce-datacontenttype': _, ...headers } = attributes
  const event = HTTP.toEvent({ headers, body: data })
  if (!(event instanceof Oracle)) throw new TypeError('There is more than one event.')
  event.validate()
  return event
}

describe('in binary content mode', () => {
  test('the attributes have the names of the binding, and the data is the data', () => {
    const message = toMessage(sampleEvent(DELICATE_JSON, { id: 'msg_1' }), binary)
    expect(message.attributes).toEqual({
      'content-type': 'application/json',
      'ce-specversion': '1.0',
      'ce-id': 'msg_1',
      'ce-source': '//generativelanguage.googleapis.com/projects/acme',
      'ce-type': 'com.google.gemini.batch.succeeded',
      'ce-subject': 'batches/1',
      'ce-time': '2026-01-22T13:00:00.123456789+01:00',
      'ce-datacontenttype': 'application/json',
      'ce-recordedtime': '2026-01-22T12:00:01.000Z',
      'ce-partitionkey': 'batches/1',
      'ce-apiversion': 'v1',
      'ce-traceparent': '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      'ce-tracestate': 'rojo=00f067aa0ba902b7,congo=t61rcWkgMzE',
      'ce-tenant': 'acme',
      googclient_traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      googclient_tracestate: 'rojo=00f067aa0ba902b7,congo=t61rcWkgMzE'
    })
    expect(message.data.toString()).toBe(DELICATE_JSON)
  })

  test('what an event does not have is no attribute', () => {
    expect(toMessage(bare, binary)).toEqual({
      attributes: { 'content-type': 'application/json', ...BARE_ATTRIBUTES },
      data: Buffer.from('{}')
    })
  })

  test('another parser reads the same event', () => {
    const event = sampleEvent(undefined, { subject: UNICODE, tenant: UNICODE })
    const { data, time = '', ...attributes } = event
    const oracle = parseBinary(toMessage(event, binary))
    expect(oracle).toMatchObject(attributes)
    // The package rewrites times.
    expect(Date.parse(oracle.time ?? '')).toBe(Date.parse(time))
    expect(oracle.data).toEqual(data)
  })

  test('data is bytes, wherever they lie in memory, and their type stands in two places', () => {
    const memory = Buffer.from([1, 2, 0xff, 0, 0xc3, 5])
    const event = sampleEvent(new Uint8Array(memory.buffer, memory.byteOffset + 2, 3), { datacontenttype: 'image/x' })
    const message = toMessage(event, binary)
    expect(message.data).toEqual(Buffer.from([0xff, 0, 0xc3]))
    expect(message.attributes).toMatchObject({ 'content-type': 'image/x', 'ce-datacontenttype': 'image/x' })
    expect(parseBinary(message).data_base64).toBe('/wDD')
  })
})

describe('in structured content mode', () => {
  test('the data is the event, and the attributes are repeated for filters', () => {
    const event = sampleEvent(DELICATE_JSON)
    const { data, attributes } = toMessage(event, structured)
    expect(data.toString()).toBe(toStructured(event))
    expect(attributes).toEqual({
      ...toMessage(event, binary).attributes,
      'content-type': 'application/cloudevents+json'
    })
  })

  test('what an event does not have is no attribute', () => {
    const { attributes } = toMessage(bare, structured)
    expect(attributes).toEqual({ 'content-type': 'application/cloudevents+json', ...BARE_ATTRIBUTES })
  })

  test.each([
    ['with unicode', sampleEvent(undefined, { subject: UNICODE, tenant: UNICODE })],
    ['without the attributes that may be absent', bare],
    ['with bytes', sampleEvent(Buffer.from([0xff, 0, 0xc3]), { datacontenttype: 'image/x' })]
  ])('another parser reads the same event %s', (_what, event) => {
    const { data, ...attributes } = parseStructured(toMessage(event, structured).data.toString())
    expect({ ...attributes, data: Buffer.from(data) }).toEqual({ ...event, data: Buffer.from(event.data) })
  })
})

test.each([binary, structured])('subscribers go on from the span that sends: $contentMode', options => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01'
  const event = sampleEvent()
  const { attributes, data } = toMessage(event, options, { traceparent })
  expect(attributes).toMatchObject({ googclient_traceparent: traceparent, 'ce-traceparent': event.traceparent })
  expect(attributes).not.toHaveProperty('googclient_tracestate')
  expect(data).toEqual(toMessage(event, options).data)
})

describe.each(['binary', 'structured'] as const)('the ordering key, in %s content mode,', contentMode => {
  const event = sampleEvent('{}', { id: 'msg_1', partitionkey: 'batches/1', tenant: UNICODE, empty: '' })

  test.each([
    [false, undefined],
    ['partitionkey', 'batches/1'],
    ['tenant', UNICODE],
    ['id', 'msg_1'],
    ['empty', undefined],
    ['absent', undefined],
    ['data', undefined],
    ['constructor', undefined]
  ] as const)('from %s is %j', (orderingKey, expected) => {
    const message = toMessage(event, { contentMode, orderingKey })
    expect(message.orderingKey).toBe(expected)
    expect('orderingKey' in message).toBe(expected !== undefined)
  })

  test('leaves the event as it is', () => {
    const { data, attributes } = toMessage(event, { contentMode, orderingKey: 'tenant' })
    expect({ data, attributes }).toEqual(toMessage(event, { contentMode, orderingKey: false }))
  })
})
