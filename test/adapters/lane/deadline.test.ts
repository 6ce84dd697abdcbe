import { describe, expect, test, vi } from 'vitest'
import { UnavailableError } from '../../../src/errors.ts'
import { holdTime, turn } from './held-time.ts'
import { openTestLane } from './lane-harness.ts'
import { failure } from './scripted-broker.ts'

/** How long an answer may be late. */
const LATE_MS = 500
/** The first pause between attempts is not longer. */
const FIRST_RETRY_MS = 50

vi.mock('node:timers/promises', () => import('./timers-promises.ts'))
holdTime()

test('a deadline that had passed before keeps the item from the broker', async () => {
  const { lane, broker } = openTestLane({ concurrency: 2 })
  const publishing = lane.publish({ text: 'a', bytes: 1, order: undefined }, AbortSignal.abort())
  await expect(publishing).rejects.toThrow(UnavailableError)
  await expect(publishing).rejects.toThrow('before the event could be sent to Test. It will not be sent.')
  expect(broker.requests).toHaveLength(0)
})

describe('a deadline that passes with several requests in flight', () => {
  test('refuses what waits at once, and it is never sent', async () => {
    const { publish, broker } = openTestLane({ concurrency: 2 })
    const [a, b, gone, c] = ['a', 'b', 'gone', 'c'].map(text => publish(text))
    gone?.expire()
    await turn()
    expect(gone?.error).toBeInstanceOf(UnavailableError)
    expect(gone?.error?.message).toMatch(/before the event could be sent to Test\. It will not be sent/)
    for (const request of broker.open) request.answer()
    await turn()
    expect(broker.open.map(({ texts }) => texts)).toEqual([['c']])
    broker.open[0]?.answer()
    await turn()
    expect([a, b, c].map(publication => publication?.state)).toEqual(['accepted', 'accepted', 'accepted'])
    expect(broker.requests).toHaveLength(3)
  })

  test(`gives up its own request after ${LATE_MS} ms, and no other`, async () => {
    const { publish, broker } = openTestLane({ concurrency: 3 })
    const [a, b, c] = [publish('a'), publish('b'), publish('c')]
    b.expire()
    await vi.advanceTimersByTimeAsync(LATE_MS - 1)
    expect(broker.open.map(({ texts }) => texts)).toEqual([['a'], ['b'], ['c']])
    await vi.advanceTimersByTimeAsync(1)
    expect(b.error?.message).toMatch(/had not answered by the deadline\. It may have written the event/)
    expect(broker.open.map(({ texts, signal }) => [texts, signal.aborted])).toEqual([
      [['a'], false],
      [['c'], false]
    ])
    for (const request of broker.open) request.answer()
    await turn()
    expect([a.state, c.state]).toEqual(['accepted', 'accepted'])
  })

  test('lets a request go on for the others of it, and tells who is late but in time', async () => {
    const { publish, broker } = openTestLane({ concurrency: 2 })
    for (const text of ['x', 'y']) publish(text)
    const [a, b, c] = [publish('a'), publish('b'), publish('c')]
    broker.open[0]?.answer()
    await turn()
    a.expire()
    await vi.advanceTimersByTimeAsync(LATE_MS - 1)
    b.expire()
    await vi.advanceTimersByTimeAsync(1)
    expect([a.state, b.state, c.state]).toEqual(['refused', 'waiting', 'waiting'])
    for (const request of broker.open) request.answer()
    await turn()
    expect([b, c].map(({ id }) => broker.log[Number(id)])).toEqual(['b', 'c'])
  })

  test('keeps its item from another attempt, and not the others', async () => {
    const { publish, broker } = openTestLane({ concurrency: 2 })
    for (const text of ['x', 'y']) publish(text)
    const [a, b] = [publish('a'), publish('b')]
    broker.open[0]?.answer()
    await turn()
    a.expire()
    const cause = failure('passing')
    broker.open[1]?.fail(cause)
    await vi.advanceTimersByTimeAsync(FIRST_RETRY_MS)
    expect(a.error?.cause).toBe(cause)
    expect(broker.open.map(({ texts }) => texts)).toEqual([['y'], ['b']])
    for (const request of broker.open) request.answer()
    await turn()
    expect(b.state).toBe('accepted')
  })
})
