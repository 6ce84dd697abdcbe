import { HTTP, CloudEvent as Oracle } from 'cloudevents'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EventError } from '../src/errors.ts'
import { type CloudEvent, toStructured } from '../src/event.ts'
import { createNormalizer } from '../src/normalize.ts'
import { parseStructured } from '../src/structured.ts'
import { envelopeText, jsonNumber, jsonText } from './envelopes.ts'

const REQUIRED = { specversion: '1.0', id: 'msg_1', source: '//example', type: 'a.b' } as const
const attributes = JSON.stringify(REQUIRED).slice(1, -1)
/** A structured event with these members beside the required ones. */
const text = (members = '') => `{${attributes}${members && ','}${members}}`
const dataOf = (members: string) => Buffer.from(parseStructured(text(members)).data).toString()

const value = fc
  .string({ unit: 'grapheme', minLength: 1 })
  .filter(string => !/[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]/u.test(string))
const extensions = fc.dictionary(
  fc.oneof(
    fc.stringMatching(/^[a-z\d]{1,20}$/).filter(name => !(name in REQUIRED) && !/^(data|time)/.test(name)),
    fc.constantFrom('constructor', 'valueof', '10', '2', 'subject', 'fallbackfor')
  ),
  value
)
const space = fc.constantFrom('', '', '\r\n', ' ')
const spacedJson = fc.tuple(space, jsonText, space).map(parts => parts.join(''))
const data = fc.oneof(
  fc.tuple(fc.constantFrom('application/json', 'text/json; charset=utf-8', 'application/a+json'), spacedJson),
  fc.tuple(fc.constantFrom('application/octet-stream', 'text/plain'), fc.uint8Array({ maxLength: 300 }))
)

describe('parseStructured', () => {
  test('is the inverse of toStructured, to the byte', () => {
    fc.assert(
      fc.property(value, value, value, extensions, data, (id, source, type, extensions, [datacontenttype, bytes]) => {
        const event: CloudEvent = {
          ...extensions,
          ...{ specversion: '1.0', id, source, type, datacontenttype },
          data: Buffer.from(bytes as string)
        }
        const parsed = parseStructured(toStructured(event))
        expect(parsed).toEqual(event)
        expect(toStructured(parseStructured(toStructured(parsed)))).toBe(toStructured(parsed))
      }),
      { numRuns: 500 }
    )
  })

  test('gives back every event that the bridge makes', () => {
    const normalize = createNormalizer({
      source: '//x',
      typePrefix: 'p.',
      data: 'envelope',
      extensions: { tenant: 'user_metadata.tenant' }
    })
    fc.assert(
      fc.property(envelopeText, body => {
        const { event } = normalize({ id: 'msg_1', body: Buffer.from(body), receivedAt: 0, trace: {} })
        expect(parseStructured(toStructured(event))).toEqual(event)
      })
    )
  })

  test('reads what the cloudevents package writes', () => {
    const json = fc.oneof(
      fc.record({ a: fc.jsonValue(), 'b\n': fc.string() }),
      fc.uint8Array({ minLength: 1, maxLength: 100 })
    )
    fc.assert(
      fc.property(value, fc.integer(), fc.boolean(), json, (id, count, flag, data) => {
        const bytes = data instanceof Uint8Array
        const oracle = new Oracle({ ...REQUIRED, id, count, flag, datacontenttype: bytes ? 'a/b' : 'a/json', data })
        const { body } = HTTP.structured(oracle)
        const event = parseStructured(String(body))
        expect(event).toMatchObject({ id, count: String(count), flag: String(flag), time: oracle.time })
        if (bytes) expect(Buffer.from(event.data)).toEqual(Buffer.from(data))
        else expect(JSON.parse(String(event.data))).toEqual(JSON.parse(JSON.stringify(data)))
      })
    )
  })

  test('keeps the digits of numbers, in data and in attributes', () => {
    fc.assert(
      fc.property(jsonNumber, digits => {
        const event = parseStructured(text(`"count":${digits},"data":[ ${digits} ]`))
        expect(event['count']).toBe(digits)
        expect(String(event.data)).toBe(`[ ${digits} ]`)
      })
    )
  })

  test('reads the members in any order and with any white space', () => {
    const spaced =
      ' {\r\n"data"\t: { "}": "\\"}," , "a":[ ] } ,"type" :"a.b","source":"//s", "id":"\\u0031","specversion":"1.0"}\n'
    expect(parseStructured(spaced)).toEqual({
      ...{ ...REQUIRED, id: '1', source: '//s', datacontenttype: 'application/json' },
      data: Buffer.from(' { "}": "\\"}," , "a":[ ] } ')
    })
  })

  test('takes null for absence, but as data', () => {
    const event = parseStructured(text('"subject":null,"data":null,"data_base64":null'))
    expect(event).not.toHaveProperty('subject')
    expect(String(event.data)).toBe('null')
  })

  test('implies JSON where data are, and nothing elsewhere', () => {
    expect(parseStructured(text('"data":"x"'))).toMatchObject({ datacontenttype: 'application/json' })
    expect(dataOf('"data":"x"')).toBe('"x"')
    const none = { datacontenttype: 'application/octet-stream', data: Buffer.alloc(0) }
    expect(parseStructured(text())).toMatchObject(none)
    expect(parseStructured(text('"data_base64":"eA=="'))).toMatchObject({ ...none, data: Buffer.from('x') })
    expect(dataOf('"datacontenttype":"application/json"')).toBe('null')
  })

  test('takes a string for text where data are not JSON', () => {
    expect(dataOf('"datacontenttype":"text/plain","data":"Größe\\n"')).toBe('Größe\n')
    expect(dataOf('"datacontenttype":"text/plain","data":""')).toBe('')
  })

  test('takes JSON by its bytes', () => {
    const base64 = Buffer.from('{"n":1.0}').toString('base64')
    expect(dataOf(`"datacontenttype":"application/json","data_base64":"${base64}"`)).toBe('{"n":1.0}')
  })

  test('gives what nobody can change', () => {
    expect(parseStructured(text())).toSatisfy(Object.isFrozen)
  })

  const json = '"datacontenttype":"application/json"'
  const faults: [string, string, RegExp][] = [
    ['no text', '', /not JSON/],
    ['no JSON', text('x'), /not JSON/],
    ['two values', `${text()}${text()}`, /not JSON/],
    ['an array', `[${text()}]`, /not an object/],
    ['a number', '1', /not an object/],
    ['an empty object', '{}', /no specversion/],
    ['another version', '{"specversion":"0.3"}', /specversion is "0.3"/],
    ['a version that is a number', '{"specversion":1.0}', /specversion is 1.0/],
    ['no id', text().replace('"id"', '"x"'), /no id/],
    ['an empty source', text().replace('"//example"', '""'), /no source/],
    ['a type of null', text().replace('"a.b"', 'null'), /no type/],
    ['an attribute twice', text('"id":"2"'), /"id" twice/],
    ['an attribute twice, once escaped', text('"\\u0069d":"2"'), /"id" twice/],
    ['data twice', text('"data":1,"data":1'), /"data" twice/],
    ['data and data_base64', text('"data":1,"data_base64":"MQ=="'), /both/],
    ['data of null and data_base64', text('"data":null,"data_base64":"MQ=="'), /both/],
    ['an upper case name', text('"Tenant":"x"'), /"Tenant" is no attribute's name/],
    ['an empty name', text('"":"x"'), /"" is no attribute's name/],
    ['__proto__', text('"__proto__":{"a":1}'), /"__proto__" is no attribute's name/],
    ['an attribute that is an object', text('"tenant":{}'), /tenant is an object/],
    ['an attribute that is an array', text('"tenant":[]'), /tenant is an object/],
    ['a control character', text('"tenant":"a\\tb"'), /tenant has a character/],
    ['an escaped surrogate by itself', text('"tenant":"\\ud800"'), /tenant has a character/],
    ['a surrogate by itself', text('"data":"\ud800"'), /no Unicode/],
    ['a time that is none', text('"time":"yesterday"'), /time is not RFC 3339/],
    ['Base64 that is none', text('"data_base64":"?"'), /not Base64/],
    ['Base64 that is cut off', text('"data_base64":"eA="'), /not Base64/],
    ['Base64 that is no string', text('"data_base64":[]'), /not Base64/],
    ['JSON by bytes that are none', text(`${json},"data_base64":"eA=="`), /no JSON/],
    ['JSON by bytes that would end the event', text(`${json},"data_base64":"${btoa('1,"a":1')}"`), /no JSON/],
    ['JSON by bytes that are not UTF-8', text(`${json},"data_base64":"Iv8i"`), /no JSON/],
    ['JSON by bytes with a byte order mark', text(`${json},"data_base64":"77u/MQ=="`), /no JSON/],
    ['an object that is no JSON', text('"datacontenttype":"text/plain","data":{}'), /no text/],
    ['text with a surrogate by itself', text('"datacontenttype":"text/plain","data":"\\ud800"'), /no text/]
  ]
  test.each(faults)('refuses %s', (_what, text, message) => {
    expect(() => parseStructured(text)).toThrow(EventError)
    expect(() => parseStructured(text)).toThrow(message)
  })

  test('refuses whatever is not an event by an EventError', () => {
    const texts = fc.oneof(
      jsonText,
      fc.string(),
      fc.tuple(jsonText, fc.nat()).map(([t, n]) => text(`"data":${t}`).slice(n))
    )
    fc.assert(
      fc.property(texts, text => {
        try {
          parseStructured(text)
        } catch (error) {
          expect(error).toBeInstanceOf(EventError)
        }
      })
    )
  })

  test('reads what is deep, and long', () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
    expect(dataOf(`"data":${deep}`)).toBe(deep)
    const numbers = `[${'12345678901234567890,'.repeat(500_000)}1.0]`
    expect(dataOf(`"data":${numbers}`)).toBe(numbers)
    const quotes = JSON.stringify('"\\'.repeat(500_000))
    expect(dataOf(`"data":${quotes}`)).toBe(quotes)
  })
})
