import { describe, expect, test, vi } from 'vitest'
import { holdTime, turn } from './held-time.ts'
import { openTestLane } from './lane-harness.ts'
import type { Publication } from './publication.ts'
import { failure } from './scripted-broker.ts'

/** No pause is longer. */
const LONGEST_RETRY_MS = 500
/** As limits.acknowledge. */
const DEADLINE_MS = 4000

vi.mock('node:timers/promises', () => import('./timers-promises.ts'))
holdTime()

describe.each([1, 2, 4])('an item that keeps failing, with %s requests at once,', concurrency => {
  test.each([5, 50, 200])('has nobody refused who comes each %s ms, nor wait for longer than a pause', async every => {
    const { publish, broker } = openTestLane({ concurrency })
    const poison = publish('poison')
    const waiting = new Map<Publication, number>()
    for (let ms = 0; ms <= DEADLINE_MS; ms++) {
      if (ms === DEADLINE_MS) poison.expire()
      if (ms % every === 0) waiting.set(publish(`${ms}`), ms)
      for (const request of broker.open) request.answer({ poison: failure('passing') })
      await vi.advanceTimersByTimeAsync(1)
      for (const [publication, since] of waiting) {
        expect(publication.state).not.toBe('refused')
        expect(ms - since).toBeLessThanOrEqual(LONGEST_RETRY_MS)
        if (publication.state === 'accepted') waiting.delete(publication)
      }
    }
    expect(poison.state).toBe('refused')
    // Beside others, it is tried twice in a pause at most: by itself, and with whoever comes next.
    const attempts = broker.requests.filter(({ texts }) => texts.includes('poison')).length
    if (concurrency > 1) expect(attempts).toBeLessThan(40)
    await vi.advanceTimersByTimeAsync(LONGEST_RETRY_MS)
    for (const request of broker.open) request.answer()
    await turn()
    expect([...waiting.keys()].every(({ state }) => state === 'accepted')).toBe(true)
  })
})
