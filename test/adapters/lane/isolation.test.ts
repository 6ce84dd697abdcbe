import { describe, expect, test, vi } from 'vitest'
import { EventError, UnavailableError } from '../../../src/errors.ts'
import { holdTime, turn } from './held-time.ts'
import { type LaneHarness, openTestLane } from './lane-harness.ts'
import { failure, type Request } from './scripted-broker.ts'

vi.mock('node:timers/promises', () => import('./timers-promises.ts'))
holdTime()

const bytesOf = ({ items }: Request) => items.reduce((sum, { bytes }) => sum + bytes, 0)

/** Takes all slots, has these wait, and sets the slots free. */
async function together({ publish, broker }: LaneHarness, items: Readonly<Record<string, number>>) {
  for (let count = 0; count < broker.concurrency; count++) publish('first')
  const publications = Object.entries(items).map(([text, bytes]) => publish(text, { bytes }))
  for (const request of broker.open) request.answer()
  await turn()
  return publications
}

/** Answers whole requests, one at a time, until there are none. */
async function serve({ broker }: LaneHarness, refusal: (request: Request) => Error | undefined): Promise<void> {
  for (let [request] = broker.open; request !== undefined; [request] = broker.open) {
    const error = refusal(request)
    if (error) request.fail(error)
    else request.answer()
    await turn()
  }
}

const numbered = (count: number, bytes: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`#${index}`, bytes]))

describe.each([1, 3])('a request that fails for one of its items, with %s at once,', concurrency => {
  const places = {
    first: { texts: ['bad', 'a', 'b', 'c'], sent: ['a', 'b,c', 'bad', 'bad,a'] },
    second: { texts: ['a', 'bad', 'b', 'c'], sent: ['a', 'a,bad', 'b,c', 'bad'] },
    last: { texts: ['a', 'b', 'c', 'bad'], sent: ['a,b', 'bad', 'c', 'c,bad'] }
  }
  test.each(['first', 'second', 'last'] as const)('is sent again in halves: only the %s is refused', async where => {
    const lane = openTestLane({ concurrency })
    const { texts, sent } = places[where]
    const publications = await together(lane, Object.fromEntries(texts.map(text => [text, 1])))
    const cause = failure('record')
    const before = lane.broker.requests.length
    await serve(lane, request => (request.texts.includes('bad') ? cause : undefined))
    expect(publications.map(({ state }) => state)).toEqual(texts.map(text => (text === 'bad' ? 'refused' : 'accepted')))
    const { error } = publications[texts.indexOf('bad')] ?? {}
    expect(error).toBeInstanceOf(UnavailableError)
    expect(error?.cause).toBe(cause)
    expect(
      lane.broker.requests
        .slice(before)
        .map(({ texts }) => texts.join())
        .toSorted()
    ).toEqual(sent)
  })

  test('costs few requests more, however many are in it', async () => {
    const lane = openTestLane({ concurrency })
    const publications = await together(lane, numbered(64, 1))
    const before = lane.broker.requests.length
    await serve(lane, ({ texts }) => (texts.includes('#41') ? failure('record') : undefined))
    expect(publications.flatMap(({ state }, index) => (state === 'refused' ? index : []))).toEqual([41])
    expect(lane.broker.requests.length - before).toBe(2 * Math.log2(64))
  })

  test('for ever, says nothing about the size of requests', async () => {
    const lane = openTestLane({ concurrency })
    const publications = await together(lane, { a: 99, bad: 99, b: 99 })
    await serve(lane, ({ texts }) => (texts.includes('bad') ? failure('never') : undefined))
    expect(publications.map(({ state }) => state)).toEqual(['accepted', 'refused', 'accepted'])
    expect(publications[1]?.error).toBeInstanceOf(EventError)
    await together(lane, numbered(10, 99))
    expect(lane.broker.open.map(bytesOf)).toEqual([990])
    await serve(lane, () => undefined)
  })

  test('for ever, is nothing that those may hear of whose deadline has passed: another is to blame', async () => {
    const lane = openTestLane({ concurrency })
    const [a, bad] = await together(lane, { a: 1, bad: 1 })
    a?.expire()
    await serve(lane, ({ texts }) => (texts.includes('bad') ? failure('never') : undefined))
    expect(a?.error).toBeInstanceOf(UnavailableError)
    expect(bad?.error).toBeInstanceOf(EventError)
  })

  test('says nothing about those that come later: they travel together', async () => {
    const lane = openTestLane({ concurrency })
    await together(lane, { bad: 1, good: 1 })
    for (const text of ['a', 'b']) lane.publish(text)
    const later = ['c', 'd', 'e'].map(text => lane.publish(text))
    await serve(lane, ({ texts }) => (texts.includes('bad') ? failure('record') : undefined))
    expect(later.map(({ state }) => state)).toEqual(['accepted', 'accepted', 'accepted'])
    expect(lane.broker.requests.some(({ texts }) => texts.includes('d') && texts.includes('e'))).toBe(true)
  })
})

describe.each([
  [1, 'size', EventError],
  [3, 'size', EventError],
  [1, 'large', UnavailableError],
  [3, 'large', UnavailableError]
] as const)('a request that is too large as a whole, with %s at once (%s),', (concurrency, reason, Class) => {
  /** What the broker takes in truth. */
  const MAX = 300
  const refusal = (request: Request) => (bytesOf(request) > MAX ? failure(reason) : undefined)

  test('is split until it is not; those that follow are smaller from the start', async () => {
    const lane = openTestLane({ concurrency, bytes: 1000 })
    const publications = await together(lane, numbered(10, 99))
    await serve(lane, refusal)
    expect(publications.every(({ state }) => state === 'accepted')).toBe(true)
    const before = lane.broker.requests.length
    const later = await together(lane, numbered(10, 99))
    await serve(lane, refusal)
    expect(later.every(({ state }) => state === 'accepted')).toBe(true)
    expect(lane.broker.requests.slice(before).every(request => bytesOf(request) <= MAX)).toBe(true)
  })

  test('has the item that is too large refused, and its neighbours accepted', async () => {
    const lane = openTestLane({ concurrency, bytes: 1000 })
    const publications = await together(lane, { a: 99, b: 99, large: 301, c: 99, d: 99 })
    await serve(lane, refusal)
    expect(publications.map(({ state }) => state)).toEqual(['accepted', 'accepted', 'refused', 'accepted', 'accepted'])
    expect(publications[2]?.error).toBeInstanceOf(Class)
  })
})

test('of a request that is too large, only the bytes count: many small items travel together', async () => {
  const lane = openTestLane({ bytes: 1000 })
  await together(lane, { ...numbered(8, 10), large: 900 })
  await serve(lane, request => (bytesOf(request) > 950 ? failure('size') : undefined))
  expect(lane.broker.requests.map(({ items }) => items.length)).toEqual([1, 9, 8, 1])
})

test('of several requests that are too large, the smallest counts', async () => {
  const lane = openTestLane({ concurrency: 2, bytes: 1000 })
  for (const text of ['x', 'y']) lane.publish(text)
  for (const text of ['a', 'b', 'c']) lane.publish(text, { bytes: 100 })
  lane.broker.open[0]?.answer()
  await turn()
  for (const text of ['d', 'e', 'f']) lane.publish(text, { bytes: 300 })
  lane.broker.open[0]?.answer()
  await turn()
  expect(lane.broker.open.map(bytesOf)).toEqual([300, 900])
  lane.broker.open[0]?.fail(failure('size'))
  await turn()
  expect(lane.broker.open.map(bytesOf)).toEqual([900, 100])
  lane.broker.open[0]?.fail(failure('size'))
  await turn()
  await serve(lane, request => (bytesOf(request) > 300 ? expect.fail('it was known to be too large') : undefined))
  expect(lane.broker.log.toSorted()).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'x', 'y'])
})
