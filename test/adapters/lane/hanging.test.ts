import { describe, expect, test, vi } from 'vitest'
import { holdTime, turn } from './held-time.ts'
import { openTestLane } from './lane-harness.ts'
import type { Publication } from './publication.ts'

/** No outage is declared when something has been accepted less than so long ago. */
const SLOW_MS = 1000
/** How long an answer may be late. */
const LATE_MS = 500
/** No pause between attempts is longer. */
const LONGEST_RETRY_MS = 500
/** As limits.acknowledge. */
const DEADLINE_MS = 4000

vi.mock('node:timers/promises', () => import('./timers-promises.ts'))
holdTime()

const states = (publications: readonly Publication[]) => publications.map(({ state }) => state)

describe('a request that hangs while the others succeed', () => {
  const begin = async (acceptedFor: number) => {
    const { publish, broker } = openTestLane({ concurrency: 2 })
    const hanging = publish('hanging')
    for (let ms = 0; ms < acceptedFor; ms += SLOW_MS / 2) {
      const other = publish('other')
      await vi.advanceTimersByTimeAsync(SLOW_MS / 2)
      broker.open[1]?.answer()
      await turn()
      expect(other.state).toBe('accepted')
    }
    await vi.advanceTimersByTimeAsync(DEADLINE_MS - acceptedFor)
    return { publish, broker, hanging }
  }

  test('is refused alone at its deadline', async () => {
    const { publish, broker, hanging } = await begin(DEADLINE_MS)
    const [second, waits] = [publish('second'), publish('waits')]
    await vi.advanceTimersByTimeAsync(SLOW_MS - 1)
    hanging.expire()
    await turn()
    const later = publish('later')
    await vi.advanceTimersByTimeAsync(LATE_MS - 1)
    expect(states([hanging, second, waits, later])).toEqual(Array(4).fill('waiting'))
    await vi.advanceTimersByTimeAsync(1)
    expect(hanging.error?.message).toMatch(/had not answered by the deadline/)
    broker.open[0]?.answer()
    await turn()
    expect(broker.open.map(({ texts }) => texts)).toEqual([['waits', 'later']])
    broker.open[0]?.answer()
    await vi.advanceTimersByTimeAsync(LONGEST_RETRY_MS)
    expect(states([second, waits, later])).toEqual(['accepted', 'accepted', 'accepted'])
  })

  test(`is an outage when nothing has been accepted for ${SLOW_MS} ms`, async () => {
    const { publish, broker, hanging } = await begin(DEADLINE_MS - SLOW_MS)
    const [second, waits] = [publish('second'), publish('waits')]
    hanging.expire()
    await turn()
    expect(states([hanging, second, waits])).toEqual(['waiting', 'waiting', 'refused'])
    expect(waits.error?.message).toBe('The test says nothing.')
    broker.open[1]?.answer()
    await turn()
    const later = publish('later')
    expect(broker.open.map(({ texts }) => texts)).toEqual([['hanging'], ['later']])
    for (const request of broker.open) request.answer()
    await turn()
    expect(states([hanging, second, later])).toEqual(['accepted', 'accepted', 'accepted'])
  })
})
