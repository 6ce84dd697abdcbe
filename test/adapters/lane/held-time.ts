import { afterEach, beforeEach, expect, vi } from 'vitest'

/** Lets everything happen that needs no time. */
export const turn = () => vi.advanceTimersByTimeAsync(0)

/** Time passes only when a test says so, and no test leaves a timer. */
export function holdTime(): void {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    expect(vi.getTimerCount()).toBe(0)
    vi.useRealTimers()
    vi.restoreAllMocks()
  })
}
