import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isRfc3339 } from '../../src/normalize/rfc3339.ts'

test.each([
  '2026-01-22T12:00:00Z',
  '1985-04-12T23:20:50.52Z',
  '1996-12-19T16:39:57-08:00',
  '1937-01-01T12:00:27.87+00:20',
  '2026-01-22t12:00:00z',
  '2026-01-22T12:00:00.123456789012345678901234567890Z',
  '2026-01-22T12:00:00-00:00',
  '2026-01-22T12:00:00+23:59',
  '0000-01-01T00:00:00Z',
  '0000-02-29T00:00:00Z',
  '9999-12-31T23:59:59Z',
  '2024-02-29T00:00:00Z',
  '2000-02-29T00:00:00Z'
])('%s is valid', time => {
  expect(isRfc3339(time)).toBe(true)
})

test.each([
  ['1990-12-31T23:59:60Z'],
  ['2016-12-31T23:59:60.999Z'],
  ['1990-12-31T15:59:60-08:00'],
  ['2017-01-01T05:29:60+05:30'],
  ['2015-06-30T23:59:60Z'],
  ['2015-07-01T00:59:60+01:00'],
  ['0000-02-29T23:59:60Z']
])('the leap second %s is valid', time => {
  expect(isRfc3339(time)).toBe(true)
})

test.each([
  ['not at midnight', '2016-12-31T22:59:60Z'],
  ['midnight here, not in UTC', '2016-12-31T23:59:60+01:00'],
  ['not at the end of a month', '2016-12-30T23:59:60Z'],
  ['February has 29 days', '2016-02-28T23:59:60Z'],
  ['a second 61', '2016-12-31T23:59:61Z']
])('no leap second: %s', (_why, time) => {
  expect(isRfc3339(time)).toBe(false)
})

test.each([
  '',
  'now',
  '1769083200',
  '2026-01-22',
  '12:00:00Z',
  '2026-01-22T12:00:00',
  '2026-01-22 12:00:00Z',
  '2026-01-22T12:00Z',
  '2026-01-22T12:00:00.Z',
  '2026-01-22T12:00:00,5Z',
  '2026-01-22T12:00:00+01',
  '2026-01-22T12:00:00+0100',
  '2026-01-22T12:00:00+1:00',
  '2026-01-22T12:00:00+24:00',
  '2026-01-22T12:00:00+01:60',
  '2026-01-22T12:00:00\u221201:00',
  '2026-1-22T12:00:00Z',
  '26-01-22T12:00:00Z',
  '12026-01-22T12:00:00Z',
  '-2026-01-22T12:00:00Z',
  '+002026-01-22T12:00:00Z',
  '2026-00-22T12:00:00Z',
  '2026-13-22T12:00:00Z',
  '2026-01-00T12:00:00Z',
  '2026-01-32T12:00:00Z',
  '2026-04-31T12:00:00Z',
  '2023-02-29T12:00:00Z',
  '1900-02-29T12:00:00Z',
  '2026-01-22T24:00:00Z',
  '2026-01-22T12:60:00Z',
  ' 2026-01-22T12:00:00Z',
  '2026-01-22T12:00:00Z ',
  '2026-01-22T12:00:00Z\n',
  '2026-01-22T12:00:00Z\n2026-01-22T12:00:00Z',
  '２０２６-01-22T12:00:00Z',
  'Thu, 22 Jan 2026 12:00:00 GMT',
  '2026-W04-4T12:00:00Z',
  '2026-022T12:00:00Z'
])('%j is not', time => {
  expect(isRfc3339(time)).toBe(false)
})

test('a day is valid exactly when its month has it', () => {
  const days = (year: number, month: number) => {
    const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
    return [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0
  }
  const digits = (number: number, width: number) => String(number).padStart(width, '0')
  fc.assert(
    fc.property(fc.nat(9999), fc.nat(13), fc.integer({ min: 27, max: 32 }), (year, month, day) => {
      const time = `${digits(year, 4)}-${digits(month, 2)}-${digits(day, 2)}T00:00:00Z`
      expect(isRfc3339(time)).toBe(day <= days(year, month))
    }),
    { numRuns: 2000 }
  )
})

test('a long fraction takes no time', () => {
  const start = performance.now()
  expect(isRfc3339(`2026-01-22T12:00:00.${'1'.repeat(250_000)}X`)).toBe(false)
  expect(performance.now() - start).toBeLessThan(500)
})
