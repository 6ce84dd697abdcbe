import { Kafka, CloudEvent as Oracle } from 'cloudevents'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type KafkaRecord, sizeOf, toRecord } from '../../../adapters/kafka/record.ts'
import { type CloudEvent, toStructured } from '../../../src/event.ts'
import { DELICATE_JSON, sampleEvent, UNICODE } from '../../../src/testing/sample-event.ts'
import { parseStructured } from '../structured.ts'
import { encodedSize } from './encoded-size.ts'

const binary = { contentMode: 'binary', key: 'partitionkey' } as const
const structured = { contentMode: 'structured', key: 'partitionkey' } as const

/** The event's own context. */
const TRACE = {
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  tracestate: 'rojo=00f067aa0ba902b7,congo=t61rcWkgMzE'
}

const bare: CloudEvent = {
  specversion: '1.0',
  id: 'msg_1',
  source: '//s',
  type: 't',
  datacontenttype: 'application/json',
  data: Buffer.from('{}')
}

/** As the cloudevents package reads it, which takes the partition key from the record's key, and only as a text. */
function parse({ key, headers, value }: KafkaRecord): Oracle<unknown> {
  const whole = headers['content-type']?.startsWith('application/cloudevents')
  const message = { key: String(key), headers, value: whole ? String(value) : value, body: undefined }
  const event = Kafka.toEvent(message)
  if (!(event instanceof Oracle)) throw new TypeError('There is more than one event.')
  event.validate()
  return event
}

/** The package rewrites times and parses JSON. */
function expectSame(oracle: Oracle<unknown>, { data, time = '', ...attributes }: CloudEvent): void {
  expect(oracle).toMatchObject(attributes)
  expect(Date.parse(oracle.time ?? '')).toBe(Date.parse(time))
  expect(oracle.data).toEqual(JSON.parse(Buffer.from(data).toString()))
}

describe('in binary content mode', () => {
  test('the attributes are headers, under the names of the binding, and the data is the value', () => {
    const event = sampleEvent(DELICATE_JSON, { id: 'msg_1' })
    const { headers, value } = toRecord(event, binary)
    expect(headers).toEqual({
      'content-type': 'application/json',
      ce_specversion: '1.0',
      ce_id: 'msg_1',
      ce_source: '//generativelanguage.googleapis.com/projects/acme',
      ce_type: 'com.google.gemini.batch.succeeded',
      ce_subject: 'batches/1',
      ce_time: '2026-01-22T13:00:00.123456789+01:00',
      ce_recordedtime: '2026-01-22T12:00:01.000Z',
      ce_partitionkey: 'batches/1',
      ce_apiversion: 'v1',
      ce_traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      ce_tracestate: 'rojo=00f067aa0ba902b7,congo=t61rcWkgMzE',
      ce_tenant: 'acme',
      ...TRACE
    })
    expect(value.toString()).toBe(DELICATE_JSON)
  })

  test('what an event does not have is no header', () => {
    expect(toRecord(bare, binary).headers).toEqual({
      'content-type': 'application/json',
      ce_specversion: '1.0',
      ce_id: 'msg_1',
      ce_source: '//s',
      ce_type: 't'
    })
  })

  test('another parser reads the same event', () => {
    const event = sampleEvent(undefined, { subject: UNICODE, tenant: UNICODE })
    expectSame(parse(toRecord(event, binary)), event)
  })

  test('data is bytes, wherever they lie in memory', () => {
    const memory = Buffer.from([1, 2, 0xff, 0, 0xc3, 5])
    const event = sampleEvent(new Uint8Array(memory.buffer, memory.byteOffset + 2, 3), { datacontenttype: 'image/x' })
    const record = toRecord(event, binary)
    expect(record.value).toEqual(Buffer.from([0xff, 0, 0xc3]))
    expect(record.headers['content-type']).toBe('image/x')
    expect(parse(record).data_base64).toBe('/wDD')
  })
})

describe('in structured content mode', () => {
  test('the value is the event, and a header says so', () => {
    const event = sampleEvent(DELICATE_JSON)
    const { headers, value } = toRecord(event, structured)
    expect(headers).toEqual({ 'content-type': 'application/cloudevents+json; charset=UTF-8', ...TRACE })
    expect(value.toString()).toBe(toStructured(event))
  })

  test('another parser reads the same event', () => {
    const event = sampleEvent(undefined, { subject: UNICODE, tenant: UNICODE })
    expectSame(parse(toRecord(event, structured)), event)
  })

  test.each([
    ['without the attributes that may be absent', bare],
    ['with bytes', sampleEvent(Buffer.from([0xff, 0, 0xc3]), { datacontenttype: 'image/x' })]
  ])('an event %s comes back', (_what, event) => {
    const { data, ...attributes } = parseStructured(String(toRecord(event, structured).value))
    expect({ ...attributes, data: Buffer.from(data) }).toEqual({ ...event, data: Buffer.from(event.data) })
  })
})

test.each([binary, structured])(
  'the headers name the span that sends, and the event its own: $contentMode',
  options => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01'
    const { headers, value } = toRecord(sampleEvent('{}'), options, { traceparent })
    const own = toRecord(sampleEvent('{}'), options)
    expect(headers).toMatchObject({ traceparent })
    expect(headers).not.toHaveProperty('tracestate')
    expect(headers['ce_traceparent']).toBe(own.headers['ce_traceparent'])
    expect(String(value)).not.toContain(traceparent)
  }
)

describe.each([binary, structured])('the key, in $contentMode content mode,', ({ contentMode }) => {
  const event = sampleEvent('{}', { partitionkey: 'batches/1', tenant: UNICODE, empty: '' })

  test.each([
    ['partitionkey', Buffer.from('batches/1')],
    ['tenant', Buffer.from(UNICODE)],
    ['empty', Buffer.of()],
    ['absent', undefined],
    ['data', undefined],
    ['constructor', undefined]
  ])('from %s is %j', (key, expected) => {
    expect(toRecord(event, { contentMode, key }).key).toEqual(expected)
  })

  test('leaves the event as it is', () => {
    const value = ({ key }: { key: string }) => toRecord(event, { contentMode, key }).value
    expect(value({ key: 'tenant' })).toEqual(value({ key: 'absent' }))
    expect(toRecord(event, { contentMode, key: 'tenant' }).headers).toEqual(
      toRecord(event, { contentMode, key: 'absent' }).headers
    )
  })
})

describe('the size', () => {
  /** Where the length of a length changes, and whatever else. */
  const length = fc.oneof(fc.constantFrom(0, 63, 64, 8191, 8192, 1_048_575, 1_048_576), fc.nat(300))
  const bytes = length.map(length => Buffer.alloc(length, 'x'))
  const record: fc.Arbitrary<KafkaRecord> = fc.record({
    key: fc.option(bytes, { nil: undefined }),
    headers: fc.dictionary(fc.stringMatching(/^ce_[a-z\d]{1,20}$/), fc.string({ unit: 'grapheme', maxLength: 100 }), {
      maxKeys: 80
    }),
    value: bytes
  })

  test("is never less than in kafkajs's own encoding, and hardly more", () => {
    const offset = fc.nat(10_000)
    const age = fc.integer({ min: 0, max: 2 ** 31 })
    fc.assert(
      fc.property(record, offset, age, (record, offset, age) => {
        const encoded = encodedSize(record, offset, age)
        expect(sizeOf(record)).toBeGreaterThanOrEqual(encoded)
        expect(sizeOf(record) - encoded).toBeLessThanOrEqual(31 + 10 * Object.keys(record.headers).length)
      }),
      { numRuns: 500 }
    )
  })
})
