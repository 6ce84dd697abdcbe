import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Entry, toEntry } from '../../../adapters/eventbridge/entry.ts'
import { isRfc3339 } from '../../../src/normalize/rfc3339.ts'
import { sampleEvent } from '../../../src/testing/sample-event.ts'
import { parseStructured } from '../structured.ts'

const options = { bus: 'jobs', source: 'here', detail: 'event', sizeLimit: '1MiB' } as const

/** The detail has the time in any case, as it came. */
function entryAt(time: string): Entry {
  const entry = toEntry(sampleEvent(undefined, { time }), options)
  expect(parseStructured(entry.Detail).time).toBe(time)
  return entry
}

test.each([
  ['2026-01-22T12:00:00Z', '2026-01-22T12:00:00.000Z'],
  ['2026-01-22t12:00:00z', '2026-01-22T12:00:00.000Z'],
  ['2026-01-22T13:00:00+01:00', '2026-01-22T12:00:00.000Z'],
  ['2026-01-22T13:00:00-00:00', '2026-01-22T13:00:00.000Z'],
  ['2026-01-22t00:00:00.5-23:59', '2026-01-22T23:59:00.500Z'],
  ['2026-01-22T12:00:00.9999999999999999999Z', '2026-01-22T12:00:00.999Z'],
  ['2026-01-22T12:00:00.0008000000Z', '2026-01-22T12:00:00.000Z'],
  ['2024-02-29T12:00:00.123456789Z', '2024-02-29T12:00:00.123Z'],
  ['1970-01-01T00:00:00Z', '1970-01-01T00:00:00.000Z'],
  ['1969-12-31T23:00:00-01:00', '1970-01-01T00:00:00.000Z'],
  ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z']
])('%s is %s', (time, expected) => {
  expect(isRfc3339(time)).toBe(true)
  expect(entryAt(time).Time?.toISOString()).toBe(expected)
})

test.each([
  ['a leap second', '2016-12-31T23:59:60Z'],
  ['a leap second with a fraction', '2016-12-31T23:59:60.999Z'],
  ['a leap second somewhere else', '2017-01-01t00:59:60+01:00'],
  ['before 1970', '1969-12-31T23:59:59.9999Z'],
  ['before 1970 in UTC', '1970-01-01T00:00:00+00:01'],
  ['the year 0', '0000-01-01T00:00:00Z']
])('%s (%s) is left to the detail', (_what, time) => {
  expect(isRfc3339(time)).toBe(true)
  expect(entryAt(time)).not.toHaveProperty('Time')
})

test.each(['', 'yesterday', '2026-13-01T00:00:00Z', '2026-01-22T12:00:00+24:00', '2026-01-22T12:00:61Z'])(
  'text that is no time (%j) is left to the detail',
  time => expect(entryAt(time)).not.toHaveProperty('Time')
)

// The package that reads the other entries cannot read this one.
test('the year 10000, in UTC, is left to the detail', () => {
  expect(toEntry(sampleEvent(undefined, { time: '9999-12-31T23:59:59-00:01' }), options)).not.toHaveProperty('Time')
})

test('is the same instant in any offset, to the millisecond', () => {
  const instants = fc.date({
    min: new Date('1970-01-02T00:00:00Z'),
    max: new Date('9999-12-30T00:00:00Z'),
    noInvalidDate: true
  })
  const offsets = fc.integer({ min: -1439, max: 1439 })
  fc.assert(
    fc.property(instants, offsets, fc.stringMatching(/^\d{0,9}$/), (instant, minutes, digits) => {
      const local = new Date(instant.getTime() + minutes * 60_000).toISOString().slice(0, -1)
      expect(entryAt(`${local}${digits}${offsetOf(minutes)}`).Time).toEqual(instant)
    })
  )
})

function offsetOf(minutes: number): string {
  const clock = new Date(Math.abs(minutes) * 60_000).toISOString().slice(11, 16)
  return `${minutes < 0 ? '-' : '+'}${clock}`
}
