import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createTokenCheck } from '../../src/verify/token.ts'

const newest = 'Kq3vN8sT1xWz5bYd7fGh2j'
const previous = 'previous-token-0123456'
const check = createTokenCheck([newest, previous])
const fingerprintOf = (token: string) => createHash('sha256').update(token).digest('hex').slice(0, 8)

test('each token matches, by its own fingerprint', () => {
  expect(check(`token=${newest}`)).toBe(fingerprintOf(newest))
  expect(check(`token=${previous}`)).toBe(fingerprintOf(previous))
})

test('other parameters and percent-encoding change nothing', () => {
  expect(check(`a=1&token=${newest}&b=2`)).toBe(fingerprintOf(newest))
  expect(check(`%74oken=%4b${newest.slice(1)}`)).toBe(fingerprintOf(newest))
})

test.each([
  '',
  'token',
  'token=',
  `token=${newest}x`,
  `token=${newest.slice(0, -1)}`,
  `token=${newest.toLowerCase()}`,
  `Token=${newest}`,
  `token=${newest} `,
  newest,
  `token=${newest}&token=${newest}`,
  `token=wrong&token=${newest}`,
  `token=${newest}&token=${previous}`,
  `token=${newest},${previous}`,
  'token=%',
  'token=%ff'
])('%j does not match', query => {
  expect(check(query)).toBeUndefined()
})

test('nothing but a token matches', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), query => {
      expect(check(query)).toBeUndefined()
      expect(check(`token=${encodeURIComponent(query.toWellFormed())}`)).toBeUndefined()
    })
  )
})
