import { expect, test } from 'vitest'
import { median, ratios, slope } from './statistics.ts'

test.each([
  [[3, 1, 2], 2],
  [[4, 1, 3, 2], 2.5],
  [[7], 7],
  [[], Number.NaN]
])('the median of %j is %d', (numbers, expected) => {
  expect(median(numbers)).toBe(expected)
})

test('ratios are those of the same round, so that a disturbed round disturbs none', () => {
  const [own, other] = [
    [10, 30, 12],
    [20, 60, 24]
  ]
  expect(ratios(own ?? [], other ?? [])).toEqual([0.5, 0.5, 0.5])
  expect(ratios([1, 2], [1])).toEqual([1, Number.NaN])
})

test('the slope is that of the line through the points, and noise on both sides of it cancels out', () => {
  expect(
    slope([
      [0, 5],
      [1, 7],
      [2, 9]
    ])
  ).toBeCloseTo(2)
  expect(
    slope([
      [0, 1],
      [1, -1],
      [2, -1],
      [3, 1]
    ])
  ).toBeCloseTo(0)
})
