import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toRequest } from '../../../adapters/http/request.ts'
import http from '../../../adapters/http.ts'
import { type CloudEvent, toStructured } from '../../../src/event.ts'
import { DELICATE_JSON, sampleEvent, UNICODE } from '../../../src/testing/sample-event.ts'
import { parse } from './parse.ts'

const optionsOf = (written: object) => http.options.parse({ url: 'https://events.example.com/gemini', ...written })
const binary = optionsOf({})
const structured = optionsOf({ contentMode: 'structured' })

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

describe('in binary content mode', () => {
  test('the attributes are headers, under the names of the binding, and the data is the body', () => {
    const { headers, body } = toRequest(sampleEvent(DELICATE_JSON, { id: 'msg_1' }), binary)
    expect(headers).toEqual({
      'content-type': 'application/json',
      'ce-specversion': '1.0',
      'ce-id': 'msg_1',
      'ce-source': '//generativelanguage.googleapis.com/projects/acme',
      'ce-type': 'com.google.gemini.batch.succeeded',
      'ce-subject': 'batches/1',
      'ce-time': '2026-01-22T13:00:00.123456789+01:00',
      'ce-recordedtime': '2026-01-22T12:00:01.000Z',
      'ce-partitionkey': 'batches/1',
      'ce-apiversion': 'v1',
      'ce-traceparent': TRACE.traceparent,
      'ce-tracestate': TRACE.tracestate,
      'ce-tenant': 'acme',
      ...TRACE
    })
    expect(body.toString()).toBe(DELICATE_JSON)
  })

  test('what an event does not have is no header', () => {
    expect(toRequest(bare, binary).headers).toEqual({
      'content-type': 'application/json',
      'ce-specversion': '1.0',
      'ce-id': 'msg_1',
      'ce-source': '//s',
      'ce-type': 't'
    })
  })

  test.each([
    // The example of the binding, section 3.1.3.2.
    ['Euro € 😀', 'Euro%20%E2%82%AC%20%F0%9F%98%80'],
    ['100% "sure"', '100%25%20%22sure%22'],
    ["!#$&'()*+,-./09:;<=>?@AZ[\\]^_`az{|}~", "!#$&'()*+,-./09:;<=>?@AZ[\\]^_`az{|}~"],
    [' a\r\nb\t\u007f', '%20a%0D%0Ab%09%7F'],
    ['%41', '%2541'],
    ['', '']
  ])('%j is written %j', (value, written) => {
    expect(toRequest({ ...bare, tenant: value }, binary).headers['ce-tenant']).toBe(written)
  })

  test('data is bytes, wherever they lie in memory', () => {
    const memory = Buffer.from([1, 2, 0xff, 0, 0xc3, 5])
    const event = sampleEvent(new Uint8Array(memory.buffer, memory.byteOffset + 2, 3), { datacontenttype: 'image/x' })
    const { headers, body } = toRequest(event, binary)
    expect(body).toEqual(Buffer.from([0xff, 0, 0xc3]))
    expect(headers['content-type']).toBe('image/x')
  })
})

test('in structured content mode, the body is the event, and a header says so', () => {
  const event = sampleEvent(DELICATE_JSON)
  const { headers, body } = toRequest(event, structured)
  expect(headers).toEqual({ 'content-type': 'application/cloudevents+json; charset=utf-8', ...TRACE })
  expect(body.toString()).toBe(toStructured(event))
})

describe.each([binary, structured])('in $contentMode content mode', options => {
  const value = fc.string({ unit: 'binary', minLength: 1, maxLength: 40 })
  const extensions = fc.dictionary(fc.stringMatching(/^x[a-z\d]{1,18}$/), value, { maxKeys: 5 })

  test('any text in any attribute comes back, by another parser', () => {
    fc.assert(
      fc.property(value, value, extensions, (id, subject, more) => {
        const event = { ...bare, id, subject, ...more }
        const request = toRequest(event, options)
        for (const text of Object.values(request.headers)) expect(text).toMatch(/^[ -~]*$/)
        expect(parse(request)).toEqual(event)
      }),
      { numRuns: 500 }
    )
  })

  test.each([
    ['with bytes', sampleEvent(Buffer.from([0xff, 0, 0xc3]), { datacontenttype: 'image/x' })],
    ['with every attribute', sampleEvent('{"a":1}', { subject: UNICODE })]
  ])('an event %s comes back', (_what, event) => {
    expect(parse(toRequest(event, options))).toEqual(event)
  })

  test('the headers name the span that sends, and the event its own', () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01'
    const { headers, body } = toRequest(sampleEvent('{}'), options, { traceparent })
    expect(headers).toMatchObject({ traceparent })
    expect(headers).not.toHaveProperty('tracestate')
    expect(headers['ce-traceparent']).toBe(toRequest(sampleEvent('{}'), options).headers['ce-traceparent'])
    expect(String(body)).not.toContain(traceparent)
  })
})

test('what record says is that request, without what is secret', () => {
  const written = { query: 'code=secret', token: 'secret', headers: { 'x-api-key': 'secret' } }
  const event = sampleEvent(DELICATE_JSON)
  const record = http.record?.(event, optionsOf(written))
  const url = 'https://events.example.com/gemini'
  expect(record).toEqual({ method: 'POST', url, ...toRequest(event, binary) })
  expect(JSON.stringify(record)).not.toContain('secret')
})
