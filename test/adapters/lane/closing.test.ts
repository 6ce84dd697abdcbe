import { expect, test, vi } from 'vitest'
import { UnavailableError } from '../../../src/errors.ts'
import { holdTime, turn } from './held-time.ts'
import { openTestLane } from './lane-harness.ts'
import { failure } from './scripted-broker.ts'

/** Longer than any pause. */
const LONG_MS = 10_000

vi.mock('node:timers/promises', () => import('./timers-promises.ts'))
holdTime()

test('closing gives up all requests in flight, and refuses whatever waits', async () => {
  const { publish, broker, lane } = openTestLane({ concurrency: 3 })
  const publications = ['a', 'b', 'c', 'd', 'e'].map(text => publish(text))
  lane.close()
  await turn()
  for (const { error } of publications) {
    expect(error).toBeInstanceOf(UnavailableError)
    expect(error?.message).toMatch(/Test is being closed\. Gemini delivers again/)
  }
  expect(broker.requests.map(({ open, signal }) => [open, signal.aborted])).toEqual(Array(3).fill([false, true]))
  await vi.advanceTimersByTimeAsync(LONG_MS)
  expect(broker.requests).toHaveLength(3)
})

test('closing ends every pause', async () => {
  const { publish, broker, lane } = openTestLane({ concurrency: 3 })
  const publications = ['a', 'b', 'c'].map(text => publish(text))
  for (const request of broker.open.slice(0, 2)) request.fail(failure('passing'))
  await turn()
  expect(vi.getTimerCount()).toBe(2)
  lane.close()
  await turn()
  expect(vi.getTimerCount()).toBe(0)
  for (const { error } of publications) expect(error?.message).toMatch(/being closed/)
  expect(broker.requests).toHaveLength(3)
})

test.each(['passing', 'record', 'never', 'size'] as const)(
  'closing in the same breath as a failure (%s) sends nothing again',
  async reason => {
    const { publish, broker, lane } = openTestLane({ concurrency: 2 })
    for (const text of ['x', 'y']) publish(text)
    const publications = ['a', 'b', 'c'].map(text => publish(text))
    broker.open[0]?.answer()
    await turn()
    expect(broker.open.map(({ texts }) => texts)).toEqual([['y'], ['a', 'b', 'c']])
    publications.push(publish('d'))
    for (const request of broker.open) request.fail(failure(reason))
    lane.close()
    await vi.advanceTimersByTimeAsync(LONG_MS)
    for (const { error } of publications) expect(error?.message).toMatch(/being closed/)
    expect(broker.requests).toHaveLength(3)
  }
)

test("closing sends nothing again either when a request's end sounds as if it might pass", async () => {
  const { publish, broker, lane } = openTestLane({ concurrency: 2 })
  const send = vi.spyOn(broker, 'send').mockImplementation((_items, signal) => {
    const { promise, reject } = Promise.withResolvers<never>()
    signal.addEventListener('abort', () => reject(new Error("the client's own words")))
    return promise
  })
  const publications = ['a', 'b', 'c'].map(text => publish(text))
  lane.close()
  await vi.advanceTimersByTimeAsync(LONG_MS)
  for (const { error } of publications) expect(error?.message).toMatch(/being closed/)
  expect(send).toHaveBeenCalledTimes(2)
})

test('closing does not undo what was accepted in the same breath', async () => {
  const { publish, broker, lane } = openTestLane({ concurrency: 2 })
  const publications = ['a', 'b', 'c'].map(text => publish(text))
  broker.open[1]?.answer()
  lane.close()
  await turn()
  expect(publications.map(({ state }) => state)).toEqual(['refused', 'accepted', 'refused'])
})

test('a closed lane refuses whatever comes later', async () => {
  const { publish, broker, lane } = openTestLane({ concurrency: 2 })
  lane.close()
  const publication = publish('a')
  await turn()
  expect(publication.error?.message).toMatch(/being closed/)
  expect(broker.requests).toHaveLength(0)
})
