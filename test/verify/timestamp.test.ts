import { expect, test } from 'vitest'
import { checkTimestamp } from '../../src/verify/timestamp.ts'

const tolerance = { past: 300_000, future: 60_000 }
const second = 1_769_083_200

test.each([
  [second, 0],
  [second - 300, 0],
  [second - 300, 999],
  [second + 60, 0]
])('%i is within the tolerance %i ms into a second', (timestamp, ms) => {
  expect(() => checkTimestamp(String(timestamp), second * 1000 + ms, tolerance)).not.toThrow()
})

test.each([
  [second - 301, '301 s old, 1 s outside the tolerance of 300 s', 'tolerance.past'],
  [second + 61, '61 s in the future, 1 s outside the tolerance of 60 s', 'tolerance.future'],
  [0, `${second} s old`, 'tolerance.past'],
  [999_999_999_999, 'in the future', 'tolerance.future']
])('%i is outside, and the message says by how much', (timestamp, measure, option) => {
  const check = () => checkTimestamp(String(timestamp), second * 1000, tolerance)
  expect(check).toThrow(measure)
  expect(check).toThrow(option)
  expect(check).toThrow(expect.objectContaining({ code: 'ERR_TIMESTAMP', statusCode: 401 }))
})

test('leading zeros mean nothing', () => {
  expect(() => checkTimestamp(`00${second}`, second * 1000, tolerance)).not.toThrow()
})

test('a tolerance of nothing takes the present second only', () => {
  const nothing = { past: 0, future: 0 }
  expect(() => checkTimestamp(String(second), second * 1000 + 999, nothing)).not.toThrow()
  expect(() => checkTimestamp(String(second - 1), second * 1000, nothing)).toThrow('1 s old')
  expect(() => checkTimestamp(String(second + 1), second * 1000 + 999, nothing)).toThrow('1 s in the future')
})
