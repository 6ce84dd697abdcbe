import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Entry, sizeOf, toEntry } from '../../../adapters/eventbridge/entry.ts'
import { type CloudEvent, EventError } from '../../../src/adapter.ts'
import { sampleEvent } from '../../../src/testing/sample-event.ts'

const options = { bus: 'jobs', source: 'com.google.gemini', detail: 'event' } as const

/** As AWS says it, with another encoder: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html */
function countBytes({ Time, Source, DetailType, Detail }: Entry): number {
  const texts = [Source, DetailType, Detail].map(text => new TextEncoder().encode(text).length)
  return texts.reduce((sum, bytes) => sum + bytes, Time === undefined ? 0 : 14)
}

describe('the type', () => {
  test.each(['x'.repeat(128), 'é'.repeat(128), '😀'.repeat(64)])('may have 128 characters: %s', type => {
    expect(toEntry(sampleEvent(undefined, { type }), { ...options, sizeLimit: '1MiB' }).DetailType).toBe(type)
  })

  test.each(['x'.repeat(129), 'é'.repeat(129), `${'😀'.repeat(64)}x`])('may have no more: %s', type => {
    const refused = () => toEntry(sampleEvent(undefined, { type }), { ...options, sizeLimit: '1MiB' })
    expect(refused).toThrow(EventError)
    expect(refused).toThrow("The event's type has 129 characters, and EventBridge takes at most 128.")
  })
})

const times = [
  ['with a time', '2026-01-22T12:00:00Z'],
  ['with a leap second', '2016-12-31T23:59:60Z']
] as const

describe.each([
  ['1MiB', 1_048_576],
  ['256KiB', 262_144]
] as const)('sizeLimit: %s', (sizeLimit, limit) => {
  describe.each(times)('%s', (_what, time) => {
    describe.each(['event', 'data'] as const)('detail: %s', detail => {
      const attributes = { time, type: 'größe' }
      /** An event whose entry has so many bytes, most of them two to a character. */
      const eventOf = (bytes: number): CloudEvent => {
        const empty = sampleEvent('{"":""}', attributes)
        const fill = bytes - countBytes(toEntry(empty, { ...options, detail, source: 'größe', sizeLimit }))
        const text = `${'é'.repeat(fill / 2)}${'x'.repeat(fill % 2)}`
        return { ...empty, data: Buffer.from(`{"":"${text}"}`) }
      }

      test.each([limit, limit - 1])('%i bytes are taken', bytes => {
        const entry = toEntry(eventOf(bytes), { ...options, detail, source: 'größe', sizeLimit })
        expect(countBytes(entry)).toBe(bytes)
        expect(sizeOf(entry)).toBe(bytes)
        expect('Time' in entry).toBe(time.startsWith('2026'))
      })

      test('one more is refused', () => {
        const refused = () => toEntry(eventOf(limit + 1), { ...options, detail, source: 'größe', sizeLimit })
        expect(refused).toThrow(EventError)
        expect(refused).toThrow(`larger than EventBridge takes: ${limit + 1} bytes, and sizeLimit is ${sizeLimit}.`)
      })
    })
  })
})

test('the size is what AWS counts, and nothing else', () => {
  const text = fc.string({ unit: 'grapheme' })
  const entry = fc.record(
    { EventBusName: text, Source: text, DetailType: text, Detail: text, TraceHeader: text, Time: fc.date() },
    { requiredKeys: ['EventBusName', 'Source', 'DetailType', 'Detail'] }
  )
  fc.assert(
    fc.property(entry, entry => {
      expect(sizeOf(entry)).toBe(countBytes(entry))
    })
  )
})
