import { expect, test, vi } from 'vitest'
import { holdTime, turn } from './held-time.ts'
import { openTestLane } from './lane-harness.ts'

const PATIENCE_MS = 2

vi.mock('node:timers/promises', () => import('./timers-promises.ts'))
holdTime()

/** A lane with one request in flight. */
function openPatient() {
  const harness = openTestLane({ concurrency: 3, items: 3, patience: PATIENCE_MS })
  harness.publish('first')
  const open = () => harness.broker.open.map(({ texts }) => texts)
  expect(open()).toEqual([['first']])
  const answerAll = async () => {
    for (const request of harness.broker.open) request.answer()
    await turn()
  }
  return { ...harness, open, answerAll }
}

test('what comes while a request is in flight waits so long at most, and then leaves together', async () => {
  const { publish, open, answerAll } = openPatient()
  publish('a')
  await vi.advanceTimersByTimeAsync(PATIENCE_MS - 1)
  publish('b')
  expect(open()).toEqual([['first']])
  await vi.advanceTimersByTimeAsync(1)
  expect(open()).toEqual([['first'], ['a', 'b']])
  publish('c')
  await vi.advanceTimersByTimeAsync(PATIENCE_MS)
  expect(open()).toEqual([['first'], ['a', 'b'], ['c']])
  await answerAll()
})

test('it leaves at once with the end of the request in flight', async () => {
  const { publish, broker, open, answerAll } = openPatient()
  for (const text of ['a', 'b']) publish(text)
  await answerAll()
  expect(open()).toEqual([['a', 'b']])
  await vi.advanceTimersByTimeAsync(PATIENCE_MS)
  expect(broker.requests).toHaveLength(2)
  await answerAll()
})

test('it leaves at once when it fills a request', async () => {
  const { publish, open, answerAll } = openPatient()
  for (const text of ['a', 'b', 'c']) publish(text)
  expect(open()).toEqual([['first'], ['a', 'b', 'c']])
  await vi.advanceTimersByTimeAsync(PATIENCE_MS)
  expect(open()).toHaveLength(2)
  await answerAll()
})

test('a lane at rest has none', async () => {
  const { publish, open, answerAll } = openPatient()
  await answerAll()
  publish('a')
  expect(open()).toEqual([['a']])
  await answerAll()
})

test('closing ends it', async () => {
  const { publish, broker, lane } = openPatient()
  const publication = publish('a')
  lane.close()
  await turn()
  expect(vi.getTimerCount()).toBe(0)
  await vi.advanceTimersByTimeAsync(PATIENCE_MS)
  expect(publication.error?.message).toMatch(/being closed/)
  expect(broker.requests).toHaveLength(1)
})
