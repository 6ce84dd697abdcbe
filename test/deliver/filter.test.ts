import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compileFilter, type Filter } from '../../src/deliver/filter.ts'
import { attributesOf, type CloudEvent } from '../../src/event.ts'
import { sampleEvent } from '../../src/testing/sample-event.ts'
import { events, filters } from './filters.ts'

const event = sampleEvent('{}', { tenant: 'acme', type: 'com.google.gemini.batch.succeeded', empty: '' })

test.each<[Filter, boolean]>([
  [{ exact: { tenant: 'acme' } }, true],
  [{ exact: { tenant: 'Acme' } }, false],
  [{ exact: { tenant: 'acm' } }, false],
  [{ exact: { tenant: 'acme', specversion: '1.0' } }, true],
  [{ exact: { tenant: 'acme', specversion: '1.1' } }, false],
  [{ exact: { absent: 'a' } }, false],
  [{ prefix: { type: 'com.google.gemini.batch.' } }, true],
  [{ prefix: { type: 'com.google.gemini.batch.succeeded' } }, true],
  [{ prefix: { type: 'com.google.gemini.batch.succeeded!' } }, false],
  [{ prefix: { type: 'google' } }, false],
  [{ prefix: { empty: 'a' } }, false],
  [{ prefix: { absent: 'a' } }, false],
  [{ suffix: { type: '.succeeded' } }, true],
  [{ suffix: { type: 'batch' } }, false],
  [{ suffix: { type: '.succeeded', tenant: 'me' } }, true],
  [{ suffix: { type: '.succeeded', tenant: 'you' } }, false],
  [{ suffix: { absent: 'a' } }, false],
  [{ not: { exact: { absent: 'a' } } }, true],
  [{ not: { not: { exact: { tenant: 'acme' } } } }, true],
  [{ all: [{ exact: { tenant: 'acme' } }, { exact: { tenant: 'other' } }] }, false],
  [{ any: [{ exact: { tenant: 'other' } }, { exact: { tenant: 'acme' } }] }, true],
  [{ any: [{ exact: { tenant: 'other' } }] }, false]
])('%j: %s', (filter, matches) => {
  expect(compileFilter([filter])(event)).toBe(matches)
})

test('no filter matches every event, and of several all have to match', () => {
  expect(compileFilter()(event)).toBe(true)
  expect(compileFilter([])(event)).toBe(true)
  expect(compileFilter([{ exact: { tenant: 'acme' } }, { suffix: { type: '.failed' } }])(event)).toBe(false)
})

test.each(['data', 'constructor', 'tostring', '__proto__', 'hasOwnProperty'])('%s is no attribute', name => {
  const pairs = Object.fromEntries([[name, 'a']])
  expect(compileFilter([{ any: [{ exact: pairs }, { prefix: pairs }, { suffix: pairs }] }])(event)).toBe(false)
  expect(compileFilter([{ not: { exact: pairs } }])(event)).toBe(true)
})

/** The words of the specification, without any of our code: what stands in `text` at one end or over its whole length. */
function holds(filter: Filter, event: CloudEvent): boolean {
  const [[dialect, inside] = []] = Object.entries(filter)
  const attributes = new Map(attributesOf(event))
  const pairs = (at: (value: string, length: number) => string) =>
    Object.entries(inside as Record<string, string>).filter(([name, text]) => {
      const value = attributes.get(name)
      return value === undefined || at(value, text.length) !== text
    }).length === 0
  const inner = () => (inside as Filter[]).map(one => holds(one, event))
  switch (dialect) {
    case 'exact':
      return pairs(value => value)
    case 'prefix':
      return pairs((value, length) => value.slice(0, length))
    case 'suffix':
      return pairs((value, length) => value.slice(Math.max(0, value.length - length)))
    case 'all':
      return inner().reduce((one, other) => one && other, true)
    case 'any':
      return inner().reduce((one, other) => one || other, false)
    default:
      return !holds(inside as Filter, event)
  }
}

test('any filters on any event say what the specification says', () => {
  const seen = { matches: 0, others: 0 }
  fc.assert(
    fc.property(filters, events, (filters, event) => {
      const expected = filters.filter(filter => !holds(filter, event)).length === 0
      seen[expected ? 'matches' : 'others'] += 1
      expect(compileFilter(filters)(event)).toBe(expected)
    }),
    { numRuns: 2000 }
  )
  expect(Math.min(seen.matches, seen.others)).toBeGreaterThan(200)
})
