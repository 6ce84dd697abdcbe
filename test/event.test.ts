import assert from 'node:assert/strict'
import { HTTP, CloudEvent as Oracle } from 'cloudevents'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { attributesOf, type CloudEvent, STRUCTURED_TYPE, toStructured } from '../src/event.ts'
import { createNormalizer } from '../src/normalize.ts'
import { envelopeText, jsonText, parseDigits } from './envelopes.ts'

const event: CloudEvent = {
  specversion: '1.0',
  id: 'msg_1',
  source: '//generativelanguage.googleapis.com/projects/acme',
  type: 'com.google.gemini.batch.succeeded',
  datacontenttype: 'application/json',
  data: Buffer.from('{}')
}
const withData = (data: string | Uint8Array, more: Partial<CloudEvent> = {}): CloudEvent => ({
  ...event,
  ...more,
  data: Buffer.from(data as string)
})

describe('attributesOf', () => {
  test('gives every attribute and extension in order, and never the data', () => {
    const { data, ...attributes } = { ...event, tenant: 'acme' }
    expect(attributesOf({ ...event, tenant: 'acme' })).toEqual(Object.entries(attributes))
    expect(data).toBeDefined()
  })

  test('leaves out what is undefined', () => {
    const { subject, ...rest } = { ...event, subject: undefined }
    expect(attributesOf({ ...rest, ...(subject !== undefined && { subject }) })).toEqual(attributesOf(event))
    expect(attributesOf({ ...event, tenant: undefined })).toEqual(attributesOf(event))
  })
})

describe('toStructured', () => {
  test('is the JSON event format, with the data last', () => {
    expect(toStructured(withData('{"a":1}', { subject: 's' }))).toBe(
      '{"specversion":"1.0","id":"msg_1","source":"//generativelanguage.googleapis.com/projects/acme",' +
        '"type":"com.google.gemini.batch.succeeded","datacontenttype":"application/json","subject":"s","data":{"a":1}}'
    )
  })

  test('has JSON data byte for byte', () => {
    fc.assert(
      fc.property(jsonText, data => {
        const text = toStructured(withData(data))
        expect(text.endsWith(`,"data":${data}}`)).toBe(true)
        expect((parseDigits(text) as { data: unknown }).data).toEqual(parseDigits(data))
      })
    )
  })

  test('has data of a view into a larger buffer, and no byte beside it', () => {
    const pool = Buffer.from('secret{"a":1}secret')
    const view = new Uint8Array(pool.buffer, pool.byteOffset + 6, 7)
    expect(toStructured({ ...event, data: view })).toMatch(/,"data":\{"a":1\}\}$/)
    expect(toStructured({ ...event, datacontenttype: 'text/plain', data: view })).toMatch(
      new RegExp(`,"data_base64":"${Buffer.from('{"a":1}').toString('base64')}"}$`)
    )
  })

  test('keeps line breaks, all of Unicode and lone surrogates in attributes', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 0xffff })), units => {
        const tenant = `${String.fromCharCode(...units)}\n\u2028"\\\ud800`
        const text = toStructured({ ...event, tenant })
        expect(text).not.toMatch(/[\r\n]/)
        expect(JSON.parse(text).tenant).toBe(tenant)
        // A text with lone surrogates would not survive being written as UTF-8.
        expect(text.isWellFormed()).toBe(true)
      })
    )
  })

  test.each([
    'application/json',
    'application/json; charset=utf-8',
    'text/json ;a=b',
    'application/problem+json',
    'APPLICATION/JSON'
  ])('%s is JSON', datacontenttype => {
    expect(JSON.parse(toStructured(withData('[1]', { datacontenttype })))).toMatchObject({ datacontenttype, data: [1] })
  })

  test.each([
    'text/plain',
    'application/octet-stream',
    'application/jsonp',
    'application/xml; a=/json',
    'json',
    'application/x-json',
    ''
  ])('%j is not, and becomes data_base64', datacontenttype => {
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i)
    const structured = JSON.parse(toStructured(withData(bytes, { datacontenttype })))
    expect(structured).not.toHaveProperty('data')
    expect(Buffer.from(structured.data_base64, 'base64')).toEqual(Buffer.from(bytes))
    expect(JSON.parse(toStructured(withData('', { datacontenttype }))).data_base64).toBe('')
  })

  test('of a large event takes no time', () => {
    const start = performance.now()
    toStructured(withData(`"${'x'.repeat(250_000)}"`, { datacontenttype: `${'/json '.repeat(10_000)}x`, subject: 'x' }))
    expect(performance.now() - start).toBeLessThan(500)
  })
})

describe("by the cloudevents package's own parser", () => {
  const structured = (event: CloudEvent, type = 'application/cloudevents+json') =>
    parse({ headers: { 'content-type': type }, body: toStructured(event) })
  const binary = (event: CloudEvent) => {
    const attributes = attributesOf(event).filter(([name]) => name !== 'datacontenttype')
    const headers = Object.fromEntries(attributes.map(([name, value]) => [`ce-${name}`, value]))
    return parse({
      headers: { ...headers, 'content-type': event.datacontenttype },
      body: Buffer.from(event.data).toString()
    })
  }
  const parse = (message: Parameters<typeof HTTP.toEvent>[0]) => {
    const oracle = HTTP.toEvent(message)
    assert(oracle instanceof Oracle)
    oracle.validate()
    return oracle
  }
  const normalize = createNormalizer({
    source: event.source,
    typePrefix: 'com.google.gemini.',
    data: 'payload',
    extensions: { tenant: 'user_metadata.tenant', n: 'user_metadata.n' }
  })
  const trace = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', tracestate: 'a=1' }
  const emitted = (body: string) =>
    normalize({ id: 'msg_1', body: Buffer.from(body), receivedAt: Date.UTC(2026, 0, 22), trace }).event

  const modes = { structured, binary }
  test.each(Object.keys(modes) as (keyof typeof modes)[])('every event we emit is one, in %s content mode', mode => {
    fc.assert(
      fc.property(envelopeText, body => {
        const event = emitted(body)
        const data = JSON.parse(Buffer.from(event.data).toString())
        fc.pre(typeof data === 'object' && data !== null)
        const oracle = modes[mode](event)
        assert.deepEqual(oracle.data, data)
        const { time, ...attributes } = Object.fromEntries(attributesOf(event))
        expect(Object.fromEntries(attributesOf(oracle as unknown as CloudEvent))).toEqual({
          ...attributes,
          time: time === undefined ? expect.any(String) : new Date(time).toISOString()
        })
      }),
      { numRuns: 300 }
    )
  })

  describe('known differences of the package', () => {
    const at = (time: string): CloudEvent => ({ ...event, time })

    test('it rewrites time in UTC and milliseconds', () => {
      expect(structured(at('2026-01-22T13:00:00.123456789+01:00')).time).toBe('2026-01-22T12:00:00.123Z')
      expect(toStructured(at('2026-01-22T13:00:00.123456789+01:00'))).toMatch('"2026-01-22T13:00:00.123456789+01:00"')
    })

    test('it takes the present time for a leap second, and where there is no time', () => {
      const start = Date.now()
      for (const each of [event, at('2016-12-31T23:59:60Z')]) {
        expect(Date.parse(structured(each).time ?? '')).toBeGreaterThanOrEqual(start)
      }
      expect(toStructured(event)).not.toMatch('"time"')
      expect(toStructured(at('2016-12-31T23:59:60Z'))).toMatch('"2016-12-31T23:59:60Z"')
    })

    test('it rounds numbers that a double cannot hold', () => {
      const data = '{"n":12345678901234567890,"m":1e400}'
      expect(structured(withData(data)).data).toEqual({ n: 12345678901234567000, m: Infinity })
      expect(toStructured(withData(data))).toMatch(data)
    })

    test.each(['null', 'false', '0', '""'])('it loses the structured data %s', data => {
      expect(structured(withData(data)).data).toBeUndefined()
      expect(toStructured(withData(data))).toMatch(`"data":${data}}`)
    })

    test.each(['null', 'true', '-1.50', ' {}'])('it takes the binary data %j for a string', data => {
      expect(binary(withData(data)).data).toBe(data)
    })

    // RFC 9110 section 8.3.2: the charset's case means nothing.
    test('it compares the charset by its case', () => {
      expect(() => structured(event, STRUCTURED_TYPE)).toThrow('invalid content type')
      expect(structured(event, STRUCTURED_TYPE.toLowerCase()).id).toBe('msg_1')
    })
  })
})
