import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { EventError } from '../src/errors.ts'
import { attributesOf } from '../src/event.ts'
import { eventTypes } from '../src/event-types.ts'
import { createNormalizer, type NormalizeOptions, type VerifiedWebhook } from '../src/normalize.ts'
import { sample } from '../src/standin/samples.ts'
import { envelopeText, jsonNumber, parseDigits } from './envelopes.ts'

const defaults: NormalizeOptions = {
  source: '//generativelanguage.googleapis.com/projects/acme',
  typePrefix: 'com.google.gemini.',
  data: 'payload',
  extensions: {}
}
const receivedAt = Date.UTC(2026, 0, 22, 12, 0, 1, 234)

function webhook(body: string | Uint8Array | object, more: Partial<VerifiedWebhook> = {}): VerifiedWebhook {
  const bytes = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body)
  return { id: 'msg_1', body: Buffer.from(bytes as string), receivedAt, trace: {}, ...more }
}

function normalize(body: string | Uint8Array | object, options: Partial<NormalizeOptions> = {}) {
  return createNormalizer({ ...defaults, ...options })(webhook(body))
}

function dataOf(body: string | Uint8Array | object, options?: Partial<NormalizeOptions>): string {
  return Buffer.from(normalize(body, options).event.data).toString()
}

/** The refusal's message; fails when there is none. */
function refusalOf(body: string | Uint8Array | object, options?: Partial<NormalizeOptions>): string {
  try {
    normalize(body, options)
  } catch (error) {
    assert(error instanceof EventError)
    expect(error).toMatchObject({ code: 'ERR_EVENT', statusCode: 422 })
    return error.message
  }
  throw new Error('The body was taken for an envelope.')
}

describe('the event', () => {
  const body =
    '{"type":"batch.succeeded","version":"v1","timestamp":"2026-01-22T12:00:00Z","data":{"id":"batch_123456","output_file_uri":"gs://my-bucket/results.jsonl"}}'

  test("of the documentation's example has these attributes, and no others", () => {
    const { event, envelopeType, forbidden } = normalize(body)
    expect(Object.fromEntries(attributesOf(event))).toEqual({
      specversion: '1.0',
      id: 'msg_1',
      source: '//generativelanguage.googleapis.com/projects/acme',
      type: 'com.google.gemini.batch.succeeded',
      subject: 'batch_123456',
      time: '2026-01-22T12:00:00Z',
      datacontenttype: 'application/json',
      recordedtime: '2026-01-22T12:00:01.234Z',
      partitionkey: 'batch_123456',
      apiversion: 'v1'
    })
    expect(dataOf(body)).toBe('{"id":"batch_123456","output_file_uri":"gs://my-bucket/results.jsonl"}')
    expect(envelopeType).toBe('batch.succeeded')
    expect(forbidden).toEqual([])
    expect(event).toBeInstanceOf(Object)
    expect(Object.isFrozen(event)).toBe(true)
  })

  test('of a bare envelope has only what is known', () => {
    expect(attributesOf(normalize({ type: 'x' }).event).map(([name]) => name)).toEqual([
      'specversion',
      'id',
      'source',
      'type',
      'datacontenttype',
      'recordedtime',
      'partitionkey'
    ])
    expect(normalize({ type: 'x' }).event.partitionkey).toBe('msg_1')
  })

  test('keeps the id byte for byte', () => {
    const id = `~!"%:/'\\`
    expect(createNormalizer(defaults)(webhook(body, { id })).event.id).toBe(id)
  })

  test('carries the trace', () => {
    const trace = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', tracestate: 'a=1' }
    expect(createNormalizer(defaults)(webhook(body, { trace })).event).toMatchObject(trace)
  })

  test('takes nothing from an envelope that claims the names of attributes', () => {
    const claims = { id: 'no', source: 'no', specversion: '0.3', subject: 'no', partitionkey: 'no', traceparent: 'no' }
    const { event } = normalize({ type: 'x', ...claims, recordedtime: 'no', apiversion: 'no', datacontenttype: 'no' })
    expect(attributesOf(event).filter(([, value]) => value === 'no' || value === '0.3')).toEqual([])
  })
})

describe('every documented type', () => {
  test('there are nine', () => {
    expect(eventTypes).toHaveLength(9)
  })

  test.each(eventTypes)('%s keeps its data, with user_metadata from either place', type => {
    const metadata = { tenant: 'acme', nested: [{ a: null }] }
    const beside = sample(type, { metadata, placement: 'envelope' })
    const inside = sample(type, { metadata, placement: 'data' })
    expect(beside.data).not.toHaveProperty('user_metadata')
    expect(inside).not.toHaveProperty('user_metadata')
    for (const envelope of [beside, inside]) {
      const extensions = { tenant: 'user_metadata.tenant' }
      const { event, envelopeType } = normalize(envelope, { extensions })
      expect(event.type).toBe(`com.google.gemini.${type}`)
      expect(envelopeType).toBe(type)
      expect(event.subject).toBe(envelope.data['id'])
      expect(event['tenant']).toBe('acme')
      expect(JSON.parse(dataOf(envelope))).toEqual({ ...envelope.data, user_metadata: metadata })
    }
  })

  test.each(['ping', 'batch.paused', 'webhook.ping', 'X', '漢字.😀', 'a b'])(
    'the unknown type %s passes through',
    type => {
      expect(normalize({ type }).event.type).toBe(`com.google.gemini.${type}`)
      expect(normalize({ type }, { typePrefix: '' }).event.type).toBe(type)
    }
  )
})

describe('data', () => {
  test.each([
    ['absent', '{"type":"ping"}', '{}'],
    ['empty', '{"type":"ping","data":{}}', '{}'],
    ['null', '{"type":"ping","data":null}', 'null'],
    ['an array', '{"type":"ping","data":[1.0,{"id":"no"}]}', '[1.0,{"id":"no"}]'],
    ['a string', '{"type":"ping","data":"a\\u0000"}', '"a\\u0000"'],
    ['an empty string', '{"type":"ping","data":""}', '""'],
    ['a number', '{"type":"ping","data":-0.0}', '-0.0'],
    ['a boolean', '{"type":"ping","data":false}', 'false']
  ])('that is %s stays so', (_name, body, data) => {
    const { event } = normalize(body)
    expect(Buffer.from(event.data).toString()).toBe(data)
    expect(event).not.toHaveProperty('subject')
    expect(event.partitionkey).toBe('msg_1')
  })

  test('has user_metadata and whatever else stands beside it, but not what the attributes say', () => {
    const body = { type: 'x', version: 'v1', timestamp: 'never', user_metadata: { a: 1 }, more: [2], data: { id: 'b' } }
    expect(JSON.parse(dataOf(body))).toEqual({ id: 'b', user_metadata: { a: 1 }, more: [2] })
  })

  test('has user_metadata even when the sender left data out', () => {
    expect(dataOf({ type: 'x', user_metadata: { a: 1 } })).toBe('{"user_metadata":{"a":1}}')
  })

  test('keeps its own member where names collide, whatever it is', () => {
    const body = '{"type":"x","user_metadata":{"a":1},"more":2,"data":{"user_metadata":null,"more":"","type":"t"}}'
    expect(JSON.parse(dataOf(body))).toEqual({ user_metadata: null, more: '', type: 't' })
  })

  test("keeps members that have the names of the envelope's own", () => {
    const data = { type: 'y', version: 1, timestamp: 'z', data: { data: {} } }
    expect(JSON.parse(dataOf({ type: 'x', data }))).toEqual(data)
  })

  test.each(['12345678901234567890', '1.0', '1e400', '-0', '0.1000', '1E-7'])('keeps the number %s', number => {
    expect(dataOf(`{"type":"x","data":{"n":[${number}]},"m":${number}}`)).toBe(`{"m":${number},"n":[${number}]}`)
  })

  test('keeps keys that JavaScript gives a meaning, and pollutes no prototype', () => {
    const hostile = '{"__proto__":{"polluted":1.0},"constructor":{"prototype":{"polluted":2}},"hasOwnProperty":3}'
    expect(dataOf(`{"type":"x","data":${hostile}}`)).toBe(hostile)
    expect(dataOf(`{"type":"x",${hostile.slice(1)}`)).toBe(hostile)
    expect(dataOf(`{"type":"x","data":{"a":${hostile}}}`)).toBe(`{"a":${hostile}}`)
    expect({}).not.toHaveProperty('polluted')
    expect(Object.prototype.hasOwnProperty).toBeTypeOf('function')
  })

  test('of two members of one name keeps the last', () => {
    expect(dataOf('{"type":"no","type":"x","data":{"id":"no"},"data":{"id":"a","id":"b","n":1,"n":1.0}}')).toBe(
      '{"id":"b","n":1.0}'
    )
    expect(normalize('{"type":"no","type":"x"}').envelopeType).toBe('x')
  })

  test('keeps a huge string', () => {
    const huge = '漢"\\😀'.repeat(20_000)
    expect(JSON.parse(dataOf({ type: 'x', data: { huge } }))).toEqual({ huge })
  })

  test('keeps lone surrogates, by their escapes', () => {
    expect(dataOf('{"type":"x","data":{"s":"\\ud800"}}')).toBe('{"s":"\\ud800"}')
  })
})

describe('data: envelope', () => {
  test('is the body, byte for byte', () => {
    const body = '\r\n {"type": "x", "n" : 1.0, "a":"\\/\\u00e4ä", "type":"x",\t"data":null } \n'
    const { event } = normalize(body, { data: 'envelope' })
    expect(event.data).toEqual(Buffer.from(body))
    expect(event.datacontenttype).toBe('application/json')
  })

  test('changes nothing else', () => {
    const body = sample('batch.succeeded', { metadata: { tenant: 'acme' } })
    const extensions = { tenant: 'user_metadata.tenant' }
    const [payload, envelope] = (['payload', 'envelope'] as const).map(data => normalize(body, { data, extensions }))
    expect(envelope && attributesOf(envelope.event)).toEqual(payload && attributesOf(payload.event))
  })

  test('takes no more for an envelope than otherwise', () => {
    for (const body of ['', '[]', '{}', '{"type":""}', '\ufeff{"type":"x"}']) refusalOf(body, { data: 'envelope' })
    refusalOf(Buffer.from('{"type":"x","a":"\xff"}', 'latin1'), { data: 'envelope' })
  })
})

describe('attributes', () => {
  test.each([
    '2026-01-22T12:00:00.123456789+05:30',
    '2026-01-22t12:00:00z',
    '2016-12-31T23:59:60Z',
    '2026-01-22T12:00:00.000-00:00'
  ])('time %s stays as it was sent', timestamp => {
    expect(normalize({ type: 'x', timestamp }).event.time).toBe(timestamp)
  })

  test.each([
    '',
    'now',
    '2026-02-29T12:00:00Z',
    '2026-01-22 12:00:00Z',
    1_769_083_200,
    null,
    ['2026-01-22T12:00:00Z'],
    {}
  ])('the timestamp %j gives no time', timestamp => {
    expect(normalize({ type: 'x', timestamp }).event).not.toHaveProperty('time')
  })

  test.each(['v1', 'v1beta 2', '漢'])('apiversion is the version %s', version => {
    expect(normalize({ type: 'x', version }).event['apiversion']).toBe(version)
  })

  test.each(['', 1, null, ['v1'], {}, true, 'v\u0000', '\ud800', '\ufffe'])('the version %j gives none', version => {
    expect(normalize({ type: 'x', version }).event).not.toHaveProperty('apiversion')
  })

  test.each(['batches/1', ' ', 'ä 😀', '__proto__'])('subject and partition key are the id %j', id => {
    expect(normalize({ type: 'x', data: { id } }).event).toMatchObject({ subject: id, partitionkey: id })
  })

  test.each(['', 7, null, ['a'], {}, 'a\nb', '\u0085', '\udc00', '\u{1ffff}', '\ufdd0'])(
    'the id %j gives no subject',
    id => {
      const { event } = normalize({ type: 'x', data: { id } })
      expect(event).not.toHaveProperty('subject')
      expect(event.partitionkey).toBe('msg_1')
    }
  )

  test('an id beside data is no subject', () => {
    expect(normalize({ type: 'x', id: 'no', data: {} }).event).not.toHaveProperty('subject')
  })
})

describe('extensions', () => {
  const extensions = { tenant: 'user_metadata.tenant' }
  const tenant = (json: string) => `{"type":"x","user_metadata":{"tenant":${json}}}`

  test.each([
    ['"acme"', 'acme'],
    ['"ä \\ud83d\\ude00"', 'ä 😀'],
    ['" "', ' '],
    ['true', 'true'],
    ['false', 'false'],
    ['0', '0'],
    ['-0', '-0'],
    ['1.0', '1.0'],
    ['1e400', '1e400'],
    ['12345678901234567890', '12345678901234567890']
  ])('%s becomes %j', (json, value) => {
    const { event, forbidden } = normalize(tenant(json), { extensions })
    expect(event['tenant']).toBe(value)
    expect(forbidden).toEqual([])
  })

  test.each(['null', '""', '[]', '["acme"]', '{}', '{"tenant":"acme"}'])('%s gives no attribute', json => {
    const { event, forbidden } = normalize(tenant(json), { extensions })
    expect(event).not.toHaveProperty('tenant')
    expect(forbidden).toEqual([])
  })

  test.each(['a\\nb', '\\u0000', '\\u007f', '\\u009f', '\\ud800', '\\udc00x', '\\uffff', '\\ufdef', '\\ud83f\\udfff'])(
    '"%s" is forbidden by CloudEvents, and reported',
    text => {
      const { event, forbidden } = normalize(tenant(`"${text}"`), { extensions })
      expect(event).not.toHaveProperty('tenant')
      expect(forbidden).toEqual(['tenant'])
    }
  )

  test('paths start in the payload, and end in nothing where it ends', () => {
    const paths = {
      file: 'output_file_uri',
      deep: 'user_metadata.a.b.c',
      beside: 'more',
      none: 'user_metadata.a.x.y',
      through: 'output_file_uri.length',
      item: 'user_metadata.list.0',
      type: 'type'
    }
    const body = {
      type: 'x',
      more: 'm',
      user_metadata: { a: { b: { c: 'deep' } }, list: ['item'] },
      data: { output_file_uri: 'files/1' }
    }
    const { event } = normalize(body, { extensions: { ...paths, type2: 'type' } })
    expect(event).toMatchObject({ file: 'files/1', deep: 'deep', beside: 'm', type: 'com.google.gemini.x' })
    for (const name of ['none', 'through', 'item', 'type2']) expect(event).not.toHaveProperty(name)
  })

  test.each(['__proto__', 'constructor', 'constructor.name', 'user_metadata.toString', 'user_metadata.__proto__'])(
    'the path %s finds only what the sender put there',
    path => {
      const body = { type: 'x', user_metadata: {}, data: {} }
      expect(normalize(body, { extensions: { found: path } }).event).not.toHaveProperty('found')
    }
  )

  test('a path finds nothing that some other code added to every object', () => {
    Object.defineProperty(Object.prototype, 'tenant', { value: 'no', configurable: true })
    onTestFinished(() => void Reflect.deleteProperty(Object.prototype, 'tenant'))
    const body = { type: 'x', user_metadata: {} }
    expect(attributesOf(normalize(body, { extensions }).event)).toEqual(attributesOf(normalize(body).event))
  })

  test('a member named __proto__ can be found', () => {
    const body = '{"type":"x","user_metadata":{"__proto__":"here"}}'
    expect(normalize(body, { extensions: { found: 'user_metadata.__proto__' } }).event['found']).toBe('here')
  })

  test('partitionkey may be replaced, and falls back when there is nothing to replace it with', () => {
    const options = { extensions: { partitionkey: 'user_metadata.tenant' } }
    const body = (tenant: unknown) => ({ type: 'x', user_metadata: { tenant }, data: { id: 'batches/1' } })
    expect(normalize(body('acme'), options).event).toMatchObject({ partitionkey: 'acme', subject: 'batches/1' })
    expect(normalize(body(''), options).event.partitionkey).toBe('batches/1')
    expect(normalize(body('a\n'), options)).toMatchObject({
      event: { partitionkey: 'batches/1' },
      forbidden: ['partitionkey']
    })
  })
})

describe('no envelope', () => {
  test.each([
    ['a byte 0xFF', [0xff]],
    ['a lone continuation byte', [0x80]],
    ['a sequence cut off', [0xe6, 0xbc]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['an overlong null', [0xe0, 0x80, 0x80]],
    ['a surrogate in UTF-8', [0xed, 0xa0, 0x80]],
    ['a code point above U+10FFFF', [0xf4, 0x90, 0x80, 0x80]]
  ])('%s is not UTF-8', (_name, bytes) => {
    const body = Buffer.concat([Buffer.from('{"type":"x","a":"'), Buffer.from(bytes), Buffer.from('"}')])
    expect(refusalOf(body)).toMatch('UTF-8')
    expect(refusalOf(body.subarray(0, -2))).toMatch('UTF-8')
  })

  // RFC 8259 section 8.1 lets no sender add one; and where the body itself is the data, it would spoil the JSON around it.
  test('a byte order mark is not JSON', () => {
    expect(refusalOf('\ufeff{"type":"x"}')).toMatch('JSON')
  })

  test.each([
    '',
    ' ',
    'x',
    '{"type":"x"',
    '{"type":"x"}}',
    "{'type':'x'}",
    '{"type":"x",}',
    '{"type":"x","n":01}',
    '{"type":"a\nb"}',
    'type=x'
  ])('%j is not JSON', body => {
    expect(refusalOf(body)).toMatch('JSON')
  })

  test.each(['null', 'true', '1', '"type"', '[]', '[{"type":"x"}]'])('%s is not an object', body => {
    expect(refusalOf(body)).toMatch('not an object')
  })

  test.each([
    '{}',
    '{"data":{"type":"x"}}',
    '{"__proto__":{"type":"x"}}',
    '{"type":""}',
    '{"type":null}',
    '{"type":1}',
    '{"type":["x"]}',
    '{"type":{}}',
    '{"type":"x","type":""}',
    '{"type":"a\\nb"}',
    '{"type":"\\u0000"}',
    '{"type":"\\u0085"}',
    '{"type":"\\ud800"}',
    '{"type":"\\uffff"}'
  ])('%s has no type', body => {
    expect(refusalOf(body)).toMatch('"type"')
  })

  test('the message says nothing of the body', () => {
    for (const body of ['{"type":"","secret":"s3cr3t"}', 's3cr3t', '"s3cr3t"'])
      expect(refusalOf(body)).not.toMatch('s3c')
  })
})

describe('at the size that an endpoint takes at most', () => {
  const size = 256 * 1024
  const fill = (before: string, unit: string, after: string) =>
    before + unit.repeat(Math.floor((size - before.length - after.length) / unit.length)) + after
  const nested = (open: string, inner: string, close: string) => {
    const depth = Math.floor((size - 40) / (open.length + close.length))
    return `{"type":"x","data":${open.repeat(depth)}${inner}${close.repeat(depth)}}`
  }

  test.each([
    ['arrays in arrays', nested('[', '', ']')],
    ['objects in objects', nested('{"a":', '1', '}')],
    ['arrays that never close', '['.repeat(size)],
    ['objects that never close', '{"a":'.repeat(size / 5)],
    ['nesting in user_metadata', `{"type":"x","user_metadata":${'['.repeat(100_000)}${']'.repeat(100_000)}}`]
  ])('%s are refused, at once', (_name, body) => {
    const start = performance.now()
    expect(refusalOf(body)).toMatch('nested too deeply')
    refusalOf(body, { data: 'envelope' })
    expect(performance.now() - start).toBeLessThan(1000)
  })

  test.each([
    ['numbers', fill('{"type":"x","data":[', '1,', '1]}')],
    ['empty objects', fill('{"type":"x","data":[', '{},', '1]}')],
    ['a string', fill('{"type":"x","data":{"id":"', 'a', '"}}')],
    ['escapes', fill('{"type":"x","data":{"id":"', '\\u0000', '"}}')],
    ['members of one name', fill('{"type":"x","data":{', '"a":1,', '"a":1}}')],
    ['a number', fill('{"type":"x","data":', '1', '}')]
  ])('%s take less than a second', (_name, body) => {
    expect(body.length).toBeGreaterThan(size - 10)
    const start = performance.now()
    normalize(body, { extensions: { id: 'id' } })
    expect(performance.now() - start).toBeLessThan(1000)
  })

  test('nesting that a person might write is no fault', () => {
    expect(dataOf(`{"type":"x","data":${'['.repeat(500)}1.0${']'.repeat(500)}}`)).toHaveLength(1003)
  })
})

/** What `data` must be, by members and not by digits of code: the contract said once more, another way. */
function expectedData(body: string): unknown {
  const members = new Map(Object.entries(parseDigits(body) as object))
  const data: unknown = members.has('data') ? members.get('data') : {}
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return data
  for (const own of ['type', 'version', 'timestamp', 'data']) members.delete(own)
  for (const [name, value] of Object.entries(data)) members.set(name, value)
  return Object.fromEntries(members)
}

describe('whatever the envelope', () => {
  test('no value is invented, changed or lost', () => {
    fc.assert(
      fc.property(envelopeText, body => {
        const { event } = normalize(body)
        const envelope = parseDigits(body) as Record<string, unknown>
        assert.deepEqual(parseDigits(Buffer.from(event.data).toString()), expectedData(body))
        expect(event.type).toBe(`com.google.gemini.${envelope['type']}`)
        expect(event.time).toBe(envelope['timestamp'])
        if (event['apiversion'] !== undefined) expect(event['apiversion']).toBe(envelope['version'])
        if (event.subject !== undefined) expect(event.subject).toBe((envelope['data'] as { id: string }).id)
      }),
      { numRuns: 500 }
    )
  })

  test('the same webhook gives the same event, but for the time it was received', () => {
    const options = { ...defaults, extensions: { tenant: 'user_metadata.tenant', number: 'user_metadata.n' } }
    fc.assert(
      fc.property(envelopeText, fc.constantFrom('payload', 'envelope'), fc.nat(), (body, data, later) => {
        const first = createNormalizer({ ...options, data })(webhook(body))
        const second = createNormalizer({ ...options, data })(webhook(body, { receivedAt: receivedAt + later }))
        const { recordedtime } = second.event
        assert.deepEqual(
          { ...first, event: { ...first.event, recordedtime } },
          { ...second, event: { ...second.event } }
        )
        expect(recordedtime).toBe(new Date(receivedAt + later).toISOString())
      })
    )
  })

  test('an extension is exactly the number that was sent', () => {
    fc.assert(
      fc.property(jsonNumber, number => {
        const body = `{"type":"x","data":{"n":${number}}}`
        expect(normalize(body, { extensions: { n: 'n' } }).event['n']).toBe(number)
      })
    )
  })

  test('bytes that are none are refused, and nothing else is thrown', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 50 }),
      fc.json().map(text => Buffer.from(text)),
      fc.tuple(envelopeText, fc.nat(), fc.nat(255)).map(([text, place, byte]) => {
        const damaged = Buffer.from(text)
        damaged[place % damaged.length] = byte
        return damaged
      })
    )
    fc.assert(
      fc.property(bytes, body => {
        try {
          const { event } = normalize(body)
          JSON.parse(Buffer.from(event.data).toString())
        } catch (error) {
          assert(error instanceof EventError)
        }
      }),
      { numRuns: 500 }
    )
  })
})
