import fc from 'fast-check'
import { expect, test } from 'vitest'
import { explainFilter } from '../../src/deliver/explain-filter.ts'
import { compileFilter, type Filter } from '../../src/deliver/filter.ts'
import { sampleEvent } from '../../src/testing/sample-event.ts'
import { events, filters } from './filters.ts'

const event = sampleEvent('{}', { tenant: 'acme', type: 'batch.succeeded', quoted: 'a "b"', long: 'x'.repeat(101) })

test.each<[Filter, string | undefined]>([
  [{ exact: { tenant: 'acme' } }, undefined],
  [{ exact: { tenant: 'other' } }, 'tenant "acme" is not "other"'],
  [{ exact: { region: 'eu' } }, 'region is absent'],
  [{ exact: { tenant: 'acme', region: 'eu', type: 'x' } }, 'region is absent'],
  [{ prefix: { type: 'interaction.' } }, 'type "batch.succeeded" does not begin with "interaction."'],
  [{ suffix: { type: '.failed' } }, 'type "batch.succeeded" does not end with ".failed"'],
  [{ exact: { quoted: 'b' } }, String.raw`quoted "a \"b\"" is not "b"`],
  [{ exact: { long: 'y' } }, `long "${'x'.repeat(100)}…" is not "y"`],
  [{ all: [{ exact: { tenant: 'acme' } }, { exact: { region: 'eu' } }] }, 'region is absent'],
  [
    { any: [{ exact: { region: 'eu' } }, { prefix: { type: 'file.' } }] },
    'nothing in "any" matches (region is absent; type "batch.succeeded" does not begin with "file.")'
  ],
  [{ not: { exact: { tenant: 'acme' } } }, 'tenant is "acme", which "not" excludes'],
  [
    { not: { all: [{ exact: { tenant: 'acme' } }, { suffix: { type: '.succeeded' } }] } },
    'tenant is "acme" and type ends with ".succeeded", which "not" excludes'
  ],
  [
    { not: { any: [{ exact: { region: 'eu' } }, { prefix: { type: 'batch.' } }] } },
    'type begins with "batch.", which "not" excludes'
  ],
  [{ not: { not: { exact: { region: 'eu' } } } }, 'region is absent, which "not" excludes'],
  [{ not: { exact: { region: 'eu' } } }, undefined]
])('%j: %s', (filter, why) => {
  expect(explainFilter([filter], event)).toBe(why)
})

test('of several filters, the first that does not match says why', () => {
  const failing: Filter[] = [{ exact: { region: 'eu' } }, { exact: { zone: '1' } }]
  expect(explainFilter([{ exact: { tenant: 'acme' } }, ...failing], event)).toBe('region is absent')
  expect(explainFilter([], event)).toBeUndefined()
  expect(explainFilter(undefined, event)).toBeUndefined()
})

test('it has something to say exactly where the compiled filter does not match', () => {
  fc.assert(
    fc.property(filters, events, (filters, event) => {
      const why = explainFilter(filters, event)
      expect(why === undefined).toBe(compileFilter(filters)(event))
      expect(why).not.toBe('')
    }),
    { numRuns: 2000 }
  )
})
