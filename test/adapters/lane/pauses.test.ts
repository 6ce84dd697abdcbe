import { beforeEach, describe, expect, test, vi } from 'vitest'
import { holdTime, turn } from './held-time.ts'
import { openTestLane } from './lane-harness.ts'
import { failure } from './scripted-broker.ts'

/** No pause is longer. */
const LONGEST_RETRY_MS = 500
const PATIENCE_MS = 2

vi.mock('node:timers/promises', () => import('./timers-promises.ts'))
holdTime()
beforeEach(() => {
  // The longest pauses.
  vi.spyOn(Math, 'random').mockReturnValue(1)
})

/** A lane where one item of a request has just failed, and the other has been accepted. */
async function pausing(concurrency: number, patience = 0) {
  const harness = openTestLane({ concurrency, patience })
  const { publish, broker } = harness
  for (let count = 0; count < concurrency; count++) {
    publish('first')
    await vi.advanceTimersByTimeAsync(patience)
  }
  const [bad] = [publish('bad'), publish('good')]
  for (const request of broker.open) request.answer()
  await turn()
  expect(broker.open.map(({ texts }) => texts)).toEqual([['bad', 'good']])
  const cause = failure('passing')
  const fail = async () => {
    for (const request of broker.open) request.answer({ bad: cause })
    await turn()
  }
  await fail()
  return { ...harness, bad, cause, fail }
}

describe.each([2, 4])(
  'an item that fails while its neighbours are accepted, with %s requests at once,',
  concurrency => {
    test('is tried less and less often', async () => {
      const { broker, bad, fail, publish } = await pausing(concurrency)
      const pauses: number[] = []
      for (let round = 0; round < 4; round++) {
        const pausedAt = performance.now()
        while (broker.open.length === 0) await vi.advanceTimersToNextTimerAsync()
        pauses.push(performance.now() - pausedAt)
        expect(broker.open.map(({ texts }) => texts)).toEqual([['bad']])
        await fail()
        // What failed by itself may have failed for the broker's sake: whoever comes finds that out.
        const good = publish('good')
        expect(broker.open.map(({ texts }) => texts)).toEqual([['bad', 'good']])
        await fail()
        expect([bad.state, good.state]).toEqual(['waiting', 'accepted'])
      }
      // Two attempts each.
      expect(pauses).toEqual([50, 200, 500, 500])
      bad.expire()
      await vi.advanceTimersByTimeAsync(LONGEST_RETRY_MS)
    })

    test('keeps no slot meanwhile', async () => {
      const { publish, broker, bad } = await pausing(concurrency)
      const publications = Array.from({ length: concurrency }, (_, index) => publish(`${index}`))
      expect(broker.open.map(({ texts }) => texts)).toEqual(publications.map((_, index) => [`${index}`]))
      await vi.advanceTimersByTimeAsync(LONGEST_RETRY_MS)
      broker.open[0]?.answer()
      await turn()
      expect(broker.open.at(-1)?.texts).toEqual(['bad'])
      for (const request of broker.open) request.answer()
      await turn()
      expect([bad, ...publications].every(({ state }) => state === 'accepted')).toBe(true)
    })

    test('comes back before what waits', async () => {
      const { publish, broker } = await pausing(concurrency)
      for (let count = 0; count < concurrency; count++) publish('first')
      publish('later')
      await vi.advanceTimersByTimeAsync(LONGEST_RETRY_MS)
      broker.open[0]?.answer()
      await turn()
      expect(broker.open.at(-1)?.texts).toEqual(['bad', 'later'])
      for (const request of broker.open) request.answer()
      await turn()
    })

    test('is refused at its deadline, for its own reason', async () => {
      const { broker, bad, cause } = await pausing(concurrency)
      bad.expire()
      await turn()
      expect(bad.error?.cause).toBe(cause)
      await vi.advanceTimersByTimeAsync(LONGEST_RETRY_MS)
      expect(broker.open).toHaveLength(0)
    })

    test('is refused at once when the lane closes', async () => {
      const { publish, broker, bad, lane } = await pausing(concurrency, PATIENCE_MS)
      publish('in flight')
      expect(broker.open).toHaveLength(1)
      lane.close()
      await turn()
      expect(bad.error?.message).toMatch(/being closed/)
      expect(vi.getTimerCount()).toBe(0)
      expect(broker.open).toHaveLength(0)
    })
  }
)

test('an order waits for its own item, with longer and longer pauses', async () => {
  const { publish, broker } = openTestLane({ concurrency: 2 })
  const publications = ['k1', 'k2', 'k3'].map(text => publish(text, { order: 'k' }))
  broker.open[0]?.answer()
  await turn()
  const pauses: number[] = []
  for (let round = 0; round < 5; round++) {
    expect(broker.open.map(({ texts }) => texts)).toEqual([['k2', 'k3']])
    broker.open[0]?.fail(failure('passing'))
    const other = publish('other')
    broker.open[0]?.answer()
    await turn()
    expect(other.state).toBe('accepted')
    const failedAt = performance.now()
    await vi.advanceTimersToNextTimerAsync()
    pauses.push(performance.now() - failedAt)
  }
  expect(pauses).toEqual([50, 100, 200, 400, 500])
  broker.open[0]?.answer()
  await turn()
  expect(publications.map(({ state }) => state)).toEqual(Array(3).fill('accepted'))
})
