import { protos } from '@google-cloud/pubsub'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type PubsubMessage, sizeOf, toMessage } from '../../../adapters/pubsub/message.ts'
import { attributesOf, type CloudEvent } from '../../../src/event.ts'
import { sampleEvent } from '../../../src/testing/sample-event.ts'
import { parseStructured } from '../structured.ts'
import { parseBinary } from './harness.ts'

const binary = { contentMode: 'binary', orderingKey: false } as const
const STRUCTURED_TYPE = 'application/cloudevents+json'

/** A text of so many bytes in UTF-8, most characters of which are two. */
const text = (bytes: number) => 'é'.repeat(bytes / 2) + 'x'.repeat(bytes % 2)

/** What a subscriber makes of it, by the content type alone. */
function parse({ attributes, data }: PubsubMessage): CloudEvent {
  if (attributes['content-type'] === STRUCTURED_TYPE) return parseStructured(data.toString())
  return parseBinary({ attributes, data, orderingKey: '', messageId: '', publishTime: '' })
}

/** Asserts that the message is structured, and repeats the event's attributes but for these. */
function expectStructured(event: CloudEvent, ...withheld: string[]): void {
  const { attributes, data } = toMessage(event, binary)
  const repeated = attributesOf(event).filter(([name]) => !withheld.includes(name))
  expect(attributes).toEqual({
    'content-type': STRUCTURED_TYPE,
    ...Object.fromEntries(repeated.map(([name, value]) => [`ce-${name}`, value])),
    ...traceOf(event, 99 - repeated.length)
  })
  expect(parseStructured(data.toString())).toEqual({ ...event, data: Buffer.from(event.data) })
}

/** The context that Google's clients read, as far as there is room for it. */
function traceOf({ traceparent, tracestate }: CloudEvent, room: number): object {
  const pairs = [
    ['googclient_traceparent', traceparent],
    ['googclient_tracestate', tracestate]
  ]
  return Object.fromEntries(pairs.slice(0, room))
}

/** An event with so many attributes. */
function eventWith(attributes: number): CloudEvent {
  const sample = sampleEvent()
  const missing = attributes - attributesOf(sample).length
  return { ...sample, ...Object.fromEntries(Array.from({ length: missing }, (_, index) => [`x${index}`, `${index}`])) }
}

const namedEdge = (length: number) => 'n'.repeat(length - 'ce-'.length)

describe('as large as Pub/Sub takes, in binary content mode:', () => {
  test.each<[string, CloudEvent]>([
    ['a value', sampleEvent(undefined, { subject: text(1024) })],
    ['the type of the data', sampleEvent(undefined, { datacontenttype: text(1024) })],
    ['a name', sampleEvent(undefined, { [namedEdge(256)]: 'v' })],
    ['the count', eventWith(99)],
    ['the count, with room for the parent of the next span', eventWith(98)],
    ['the count, with room for its state too', eventWith(97)]
  ])('%s', (_what, event) => {
    const message = toMessage(event, binary)
    expect(message.data).toEqual(event.data)
    expect(Object.keys(message.attributes)).toHaveLength(Math.min(100, attributesOf(event).length + 3))
    expect(parse(message)).toEqual(event)
  })
})

describe('larger, the message is structured, and the attribute is not repeated:', () => {
  test.each<[string, CloudEvent, ...string[]]>([
    ['a value', sampleEvent(undefined, { subject: text(1025) }), 'subject'],
    ['a value of fewer characters', sampleEvent(undefined, { subject: '漢'.repeat(342) }), 'subject'],
    ['several values', sampleEvent(undefined, { subject: text(1025), id: text(2000) }), 'subject', 'id'],
    ['the type of the data', sampleEvent(undefined, { datacontenttype: text(1025) }), 'datacontenttype'],
    ['a name', sampleEvent(undefined, { [namedEdge(257)]: 'v' }), namedEdge(257)],
    ['the count', eventWith(100), 'x86']
  ])('%s', (_what, event, ...withheld) => {
    expectStructured(event, ...withheld)
  })
})

test('an ordering key that is larger than Pub/Sub takes is its SHA-256', () => {
  const keyOf = (partitionkey: string) =>
    toMessage(sampleEvent(undefined, { partitionkey }), { contentMode: 'binary', orderingKey: 'partitionkey' })
      .orderingKey
  expect(keyOf(text(1024))).toBe(text(1024))
  expect(keyOf('x'.repeat(1024))).toBe('x'.repeat(1024))
  expect(keyOf('x'.repeat(1025))).toBe('c6d8e9905300876046729949cc95c2385221270d389176f7234fe7ac00c4e430')
  expect(keyOf(text(1025))).toMatch(/^[\da-f]{64}$/)
  expect(keyOf(text(1027))).not.toBe(keyOf(text(1025)))
})

describe.each(['binary', 'structured'] as const)('a message, in %s content mode,', contentMode => {
  const options = { contentMode, orderingKey: 'id' } as const
  const sized = (bytes: number) => sampleEvent(`"${'x'.repeat(bytes - 2)}"`, { id: 'msg_1' })
  const room = 10_000_000 - (sizeOf(toMessage(sized(1000), options)) - 1000)

  test('may have 10,000,000 bytes, and not one more', () => {
    expect(sizeOf(toMessage(sized(room), options))).toBe(10_000_000)
    const refusal = expect.objectContaining({
      statusCode: 422,
      message: 'The event is larger than Pub/Sub takes: 10000001 bytes, of at most 10000000. Route it elsewhere.'
    })
    expect(() => toMessage(sized(room + 1), options)).toThrow(refusal)
  })
})

/** Lengths around which something changes, and any other. */
const length = fc.oneof(fc.constantFrom(0, 1, 127, 128, 341, 342, 1023, 1024, 1025, 16_383, 16_384), fc.nat(300))
const value = fc
  .tuple(fc.constantFrom('x', 'é', '漢', '😀'), length, fc.string({ unit: 'grapheme', maxLength: 20 }))
  .map(([character, length, rest]) => character.repeat(length) + rest)
const name = fc.stringMatching(/^[a-z\d]{1,20}$/).filter(name => name !== 'data')

test('of any event comes a message that Pub/Sub takes, and that is the same event', () => {
  const type = fc.oneof({ weight: 5, arbitrary: fc.constant('image/x') }, value)
  const event = fc
    .tuple(fc.dictionary(name, value, { maxKeys: 110, size: 'max' }), type, fc.uint8Array())
    // A parser takes only what is valid: the texts that CloudEvents gives a form are as they are.
    .map(([extensions, datacontenttype, data]): CloudEvent => {
      const { subject: _, ...sample } = sampleEvent(Buffer.from(data))
      return { ...extensions, ...sample, datacontenttype: datacontenttype || 'text/x' }
    })
  const options = fc.record({
    contentMode: fc.constantFrom('binary' as const, 'structured' as const),
    orderingKey: fc.oneof(fc.constant(false as const), name)
  })
  fc.assert(
    fc.property(event, options, (event, options) => {
      const message = toMessage(event, options)
      const attributes = Object.entries(message.attributes)
      expect(attributes.length).toBeLessThanOrEqual(100)
      // Names with goog are Google's own, and these are the two that its clients write themselves.
      for (const [name, value] of attributes) {
        expect(name).toMatch(/^(googclient_trace(parent|state)|(?!goog).{1,256})$/)
        expect(Buffer.byteLength(value)).toBeLessThanOrEqual(1024)
      }
      if ('orderingKey' in message) expect(message.orderingKey).not.toBe('')
      expect(Buffer.byteLength(message.orderingKey ?? '')).toBeLessThanOrEqual(1024)
      expect({ ...parse(message), data: undefined }).toEqual({ ...event, data: undefined })
      expect(Buffer.from(parse(message).data)).toEqual(Buffer.from(event.data))
    })
  )
})

describe('the size', () => {
  const message: fc.Arbitrary<PubsubMessage> = fc.record(
    {
      data: fc.oneof(length, fc.constantFrom(2 ** 21 - 1, 2 ** 21)).map(length => Buffer.alloc(length, 'x')),
      attributes: fc.dictionary(fc.stringMatching(/^ce-[a-z\d]{1,253}$/), value, { maxKeys: 80, size: 'max' }),
      orderingKey: value
    },
    { requiredKeys: ['data', 'attributes'] }
  )

  test("is never less than in the client's own encoding, and hardly more", () => {
    const { PublishRequest } = protos.google.pubsub.v1
    fc.assert(
      fc.property(message, message => {
        const encoded = PublishRequest.encode({ messages: [message] }).finish().length
        expect(sizeOf(message)).toBeGreaterThanOrEqual(encoded)
        expect(sizeOf(message) - encoded).toBeLessThanOrEqual(14 + 12 * Object.keys(message.attributes).length)
      })
    )
  })
})
