import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toEntry } from '../../../adapters/eventbridge/entry.ts'
import { type CloudEvent, EventError, toStructured } from '../../../src/adapter.ts'
import { DELICATE_JSON, sampleEvent, UNICODE } from '../../../src/testing/sample-event.ts'
import { parseStructured } from '../structured.ts'

const options = { bus: 'jobs', source: 'com.google.gemini', detail: 'event', sizeLimit: '1MiB' } as const
const dataAlone = { ...options, detail: 'data' } as const

const bare: CloudEvent = {
  specversion: '1.0',
  id: 'msg_1',
  source: '//s',
  type: 't',
  datacontenttype: 'application/json',
  data: Buffer.from('{}')
}

test('an event is an entry', () => {
  const event = sampleEvent(DELICATE_JSON)
  expect(toEntry(event, options)).toEqual({
    EventBusName: 'jobs',
    Source: 'com.google.gemini',
    DetailType: 'com.google.gemini.batch.succeeded',
    Detail: toStructured(event),
    Time: new Date('2026-01-22T12:00:00.123Z'),
    TraceHeader: 'Root=1-0af76519-16cd43dd8448eb211c80319c;Parent=b7ad6b7169203331;Sampled=1'
  })
})

test('what an event does not have, an entry does not have', () => {
  const entry = toEntry(bare, { ...options, bus: 'arn:aws:events:us-east-1:123456789012:event-bus/b', source: 'acme' })
  expect(Object.entries(entry)).toEqual([
    ['EventBusName', 'arn:aws:events:us-east-1:123456789012:event-bus/b'],
    ['Source', 'acme'],
    ['DetailType', 't'],
    [
      'Detail',
      '{"specversion":"1.0","id":"msg_1","source":"//s","type":"t","datacontenttype":"application/json","data":{}}'
    ]
  ])
})

describe('the detail', () => {
  const expectSame = (event: CloudEvent) => {
    const { data, ...attributes } = parseStructured(toEntry(event, options).Detail)
    expect({ ...attributes, data: Buffer.from(data) }).toEqual(event)
  }

  test.each([
    ['text in any script', sampleEvent(undefined, { subject: UNICODE, tenant: UNICODE })],
    ['nothing that may be absent', bare],
    ['data of JSON that is no object', { ...bare, data: Buffer.from('[1.0,12345678901234567890,1e400]') }]
  ])('is the event to another parser, with %s', (_what, event) => expectSame(event))

  test('holds the data as they came, every digit and every byte', () => {
    expect(toEntry(sampleEvent(DELICATE_JSON), options).Detail).toContain(`"data":${DELICATE_JSON}}`)
  })

  test('holds bytes that are no JSON, wherever they lie in memory', () => {
    const memory = Buffer.from([1, 2, 0xff, 0, 0xc3, 5])
    const data = new Uint8Array(memory.buffer, memory.byteOffset + 2, 3)
    const { Detail } = toEntry({ ...bare, datacontenttype: 'image/x', data }, options)
    expect(Buffer.from(parseStructured(Detail).data)).toEqual(Buffer.from([0xff, 0, 0xc3]))
  })

  test('is the event to another parser, whatever is in it', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
    const attributes = fc.record({ id: text, subject: text, tenant: text }, { requiredKeys: ['id'] })
    fc.assert(
      fc.property(attributes, fc.json(), (attributes, json) => {
        expectSame({ ...bare, ...attributes, data: Buffer.from(json) })
      })
    )
  })
})

describe('detail: data', () => {
  test.each([
    ['application/json', DELICATE_JSON],
    ['application/json; charset=utf-8', ' \r\n\t{"a":1.0}\n'],
    ['application/vnd.acme+JSON', '{}']
  ])('takes an object of %s as it came', (datacontenttype, data) => {
    const { Detail, ...entry } = toEntry(sampleEvent(data, { datacontenttype }), dataAlone)
    expect(Detail).toBe(data)
    expect(entry).toEqual({ ...toEntry(sampleEvent(data), options), Detail: undefined })
  })

  test('takes bytes, wherever they lie in memory', () => {
    const memory = Buffer.from('[{"a":"é"}]')
    const data = new Uint8Array(memory.buffer, memory.byteOffset + 1, memory.length - 2)
    expect(toEntry({ ...bare, data }, dataAlone).Detail).toBe('{"a":"é"}')
  })

  test.each([
    ...['[]', '[{}]', '"{}"', 'null', '7', 'true', '', ' '].map(data => ['application/json', data]),
    ['text/plain', '{}'],
    ['application/jsonl', '{}'],
    ['text/x; a=/json', '{}']
  ])('refuses %s: %j', (datacontenttype = '', data = '') => {
    const refused = () => toEntry(sampleEvent(data, { datacontenttype }), dataAlone)
    expect(refused).toThrow(EventError)
    expect(refused).toThrow(
      "The event's data are no JSON object, so they cannot be an entry's detail. Use detail: event."
    )
  })
})

test('targets go on from the span that sends, and the event keeps its own', () => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01'
  const event = sampleEvent()
  const { TraceHeader, Detail } = toEntry(event, options, { traceparent })
  expect(TraceHeader).toBe('Root=1-0af76519-16cd43dd8448eb211c80319c;Parent=00f067aa0ba902b7;Sampled=1')
  expect(parseStructured(Detail).traceparent).toBe(event.traceparent)
})

describe('the trace header', () => {
  const trace = '0af7651916cd43dd8448eb211c80319c'
  const parent = 'b7ad6b7169203331'
  const header = `Root=1-0af76519-16cd43dd8448eb211c80319c;Parent=${parent};Sampled=`

  test.each([
    [`00-${trace}-${parent}-01`, `${header}1`],
    [`00-${trace}-${parent}-00`, `${header}0`],
    [`00-${trace}-${parent}-03`, `${header}1`],
    [`00-${trace}-${parent}-02`, `${header}0`],
    [`00-${trace}-${parent}-ff`, `${header}1`],
    [`cc-${trace}-${parent}-01-what-the-future-brings`, `${header}1`],
    [`cc-${trace}-${parent}-00`, `${header}0`],
    [`00-${trace}-${parent}`, undefined],
    [`00-${trace}-${parent}-0`, undefined],
    [`00-${trace}-${parent}-011`, undefined],
    [`00-${trace.toUpperCase()}-${parent}-01`, undefined],
    [`00-${trace}0-${parent}-01`, undefined],
    [` 00-${trace}-${parent}-01`, undefined],
    ['', undefined]
  ])('of %j is %j', (traceparent, expected) => {
    const entry = toEntry({ ...bare, traceparent }, options)
    expect(entry.TraceHeader).toBe(expected)
    expect('TraceHeader' in entry).toBe(expected !== undefined)
    expect(parseStructured(entry.Detail).traceparent).toBe(traceparent)
  })
})
