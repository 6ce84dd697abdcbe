import fc from 'fast-check'
import { expect, test } from 'vitest'
import { splitEntries } from '../../src/verify/entries.ts'

test('entries go by their version, in their order', () => {
  expect(splitEntries('v1,a v1a,b v1,c')).toEqual({ v1: ['a', 'c'], v1a: ['b'] })
})

test.each(['', ' ', 'abc', 'v1', 'v1a', 'v1 abc', 'v2,abc', 'V1,abc', 'v1b,abc', ',abc', 'a.b.c', 'v1\t,abc'])(
  '%j has no entry that counts',
  header => {
    expect(splitEntries(header)).toEqual({ v1: [], v1a: [] })
  }
)

test('a signature begins after the first comma, and may be empty', () => {
  expect(splitEntries('v1,a,b v1, v1a,,')).toEqual({ v1: ['a,b', ''], v1a: [','] })
})

test('the 16th entry counts, the 17th does not', () => {
  const filler = Array(15).fill('v9,x').join(' ')
  expect(splitEntries(`${filler} v1,last`).v1).toEqual(['last'])
  expect(splitEntries(`${filler} v9,x v1,late`).v1).toEqual([])
})

test('of v1a, only the first three', () => {
  expect(splitEntries('v1a,1 v1,x v1a,2 v1a,3 v1a,4').v1a).toEqual(['1', '2', '3'])
})

test('however long the header, no more than 16 and 3', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('v1,', 'v1a,', 'v1', 'x', ' '), { maxLength: 5000 }), parts => {
      const { v1, v1a } = splitEntries(parts.join(' '))
      expect(v1.length + v1a.length).toBeLessThanOrEqual(16)
      expect(v1a.length).toBeLessThanOrEqual(3)
    }),
    { numRuns: 20 }
  )
})
