import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { duration, formatDuration } from '../../src/config/duration.ts'
import { formatSize, size } from '../../src/config/size.ts'
import { isLoopback } from '../../src/loopback.ts'

describe('durations', () => {
  const schema = duration('1ms', '24h')

  test.each([
    ['1ms', 1],
    ['500ms', 500],
    ['4s', 4000],
    ['1.5s', 1500],
    ['5m', 300_000],
    ['24h', 86_400_000]
  ])('%s is %d ms', (text, milliseconds) => {
    expect(schema.parse(text)).toBe(milliseconds)
  })

  test.each([
    '',
    '4',
    's',
    '4 s',
    '-4s',
    '4S',
    '4sec',
    '1d',
    '0s',
    '25h',
    '.5s',
    '1e3s',
    `${'9'.repeat(200)}s`,
    4,
    null
  ])('%j is refused, with the range', value => {
    expect(schema.safeParse(value).error?.issues[0]?.message).toBe(
      'must be a duration from 1ms to 24h, in ms, s, m or h'
    )
  })

  test('what is written is read again as it was', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 86_400_000 }), milliseconds => {
        expect(schema.parse(formatDuration(milliseconds))).toBe(milliseconds)
      })
    )
    expect([300_000, 620_000, 90_000_000, 1500].map(formatDuration)).toEqual(['5m', '620s', '25h', '1500ms'])
  })
})

describe('sizes', () => {
  const schema = size('1B', '1GiB')

  test.each([
    ['1B', 1],
    ['256KiB', 262_144],
    ['1.5MiB', 1_572_864],
    ['1GiB', 2 ** 30]
  ])('%s is %d bytes', (text, bytes) => {
    expect(schema.parse(text)).toBe(bytes)
  })

  test.each(['', '256', '256KB', '256kib', '1 KiB', '0B', '2GiB', '-1B', 256, null])(
    '%j is refused, with the range',
    value => {
      expect(schema.safeParse(value).error?.issues[0]?.message).toBe(
        'must be a size from 1B to 1GiB, in B, KiB, MiB or GiB'
      )
    }
  )

  test('what is written is read again as it was', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 30 }), bytes => {
        expect(schema.parse(formatSize(bytes))).toBe(bytes)
      })
    )
    expect([262_144, 1000, 2 ** 30].map(formatSize)).toEqual(['256KiB', '1000B', '1GiB'])
  })
})

test.each([
  ['127.0.0.1', true],
  ['127.255.0.9', true],
  ['::1', true],
  ['[::1]', true],
  ['localhost', true],
  ['LOCALHOST', true],
  ['0.0.0.0', false],
  ['::', false],
  ['10.0.0.1', false],
  ['127.0.0.1.example.com', false],
  ['localhost.example.com', false],
  ['', false]
])('%s is loopback: %s', (host, expected) => {
  expect(isLoopback(host)).toBe(expected)
})
