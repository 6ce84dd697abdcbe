import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createRateLimit } from '../../src/telemetry/rate-limit.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  vi.clearAllTimers()
  vi.useRealTimers()
})

const report = vi.fn<(key: string, suppressed: number) => void>()
beforeEach(() => report.mockReset())

/** How many of this many calls are let through. */
function passed(limit: (key: string) => boolean, calls: number, key = 'ERR_TOKEN'): number {
  return Array.from({ length: calls }, () => limit(key)).filter(Boolean).length
}

test('lets the limit through, and not one more', () => {
  const limit = createRateLimit(10, report)
  expect(passed(limit, 10)).toBe(10)
  expect(passed(limit, 1000)).toBe(0)
})

test('reports once, when the second is over, how many it held back', () => {
  const limit = createRateLimit(10, report)
  passed(limit, 15)
  vi.advanceTimersByTime(600)
  passed(limit, 10)
  vi.advanceTimersByTime(399)
  expect(report).not.toHaveBeenCalled()
  vi.advanceTimersByTime(1)
  expect(report).toHaveBeenCalledExactlyOnceWith('ERR_TOKEN', 15)
  vi.advanceTimersByTime(60_000)
  expect(report).toHaveBeenCalledTimes(1)
})

test('says nothing when it held nothing back', () => {
  const limit = createRateLimit(10, report)
  passed(limit, 10)
  vi.advanceTimersByTime(5000)
  passed(limit, 10)
  vi.advanceTimersByTime(5000)
  expect(report).not.toHaveBeenCalled()
})

test('begins anew with each second', () => {
  const limit = createRateLimit(3, report)
  for (let second = 1; second <= 3; second += 1) {
    expect(passed(limit, 5)).toBe(3)
    vi.advanceTimersByTime(1000)
    expect(report).toHaveBeenCalledTimes(second)
    expect(report).toHaveBeenLastCalledWith('ERR_TOKEN', 2)
  }
})

test('counts each key by itself', () => {
  const limit = createRateLimit(2, report)
  expect(passed(limit, 5, 'a')).toBe(2)
  expect(passed(limit, 3, 'b')).toBe(2)
  vi.advanceTimersByTime(1000)
  expect(report.mock.calls).toEqual([
    ['a', 3],
    ['b', 1]
  ])
})

test('has one timer for a key at most, however many calls there are', () => {
  const limit = createRateLimit(1, report)
  passed(limit, 10_000)
  expect(vi.getTimerCount()).toBe(1)
})

test('reports at the next call when the timer has not come yet, and not twice', () => {
  let now = 5000
  const limit = createRateLimit(2, report, () => now)
  expect(passed(limit, 6)).toBe(2)
  now += 1000
  expect(passed(limit, 1)).toBe(1)
  expect(report).toHaveBeenCalledExactlyOnceWith('ERR_TOKEN', 4)
  expect(vi.getTimerCount()).toBe(0)
  vi.advanceTimersByTime(5000)
  expect(report).toHaveBeenCalledTimes(1)
})

test('takes no notice of the wall clock, which may be set back', () => {
  const limit = createRateLimit(2, report)
  passed(limit, 2)
  vi.setSystemTime(Date.now() - 3_600_000)
  passed(limit, 2)
  vi.advanceTimersByTime(1000)
  expect(report).toHaveBeenCalledExactlyOnceWith('ERR_TOKEN', 2)
  expect(passed(limit, 2)).toBe(2)
})

test('keeps no process alive', () => {
  vi.useRealTimers()
  const unref = vi.spyOn(globalThis, 'setTimeout')
  passed(createRateLimit(1, report), 2)
  const timer = unref.mock.results[0]?.value
  unref.mockRestore()
  expect(timer?.hasRef()).toBe(false)
  clearTimeout(timer)
})
