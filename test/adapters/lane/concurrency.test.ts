import { describe, expect, test, vi } from 'vitest'
import { holdTime, turn } from './held-time.ts'
import { openTestLane } from './lane-harness.ts'
import { failure } from './scripted-broker.ts'

/** The first pause between attempts is not longer. */
const FIRST_RETRY_MS = 50

vi.mock('node:timers/promises', () => import('./timers-promises.ts'))
holdTime()

const numbers = (count: number) => Array.from({ length: count }, (_, index) => `${index}`)

describe.each([1, 2, 3, 8])('of %s requests at once', concurrency => {
  test('each has one item while one is free; the others leave together, and never is there one more', async () => {
    const { publish, broker } = openTestLane({ concurrency })
    const texts = numbers(3 * concurrency)
    const publications = texts.map((text, index) => {
      const publication = publish(text)
      expect(broker.open).toHaveLength(Math.min(index + 1, concurrency))
      return publication
    })
    await turn()
    expect(broker.open.map(({ texts }) => texts)).toEqual(texts.slice(0, concurrency).map(text => [text]))
    broker.open.at(-1)?.answer()
    await turn()
    expect(broker.open).toHaveLength(concurrency)
    expect(broker.open.at(-1)?.texts).toEqual(texts.slice(concurrency))
    for (const request of broker.open) request.answer()
    await turn()
    expect(publications.map(({ state }) => state)).toEqual(texts.map(() => 'accepted'))
    expect(broker.requests).toHaveLength(concurrency + 1)
  })

  test('there is no pause between them, and a lane that had nothing to do begins again at once', async () => {
    const { publish, broker } = openTestLane({ concurrency })
    const start = performance.now()
    for (let round = 0; round < 10; round++) {
      for (const text of numbers(2 * concurrency)) publish(text)
      for (let count = 0; count <= concurrency; count++) {
        expect(broker.open).toHaveLength(count === 0 ? concurrency : concurrency + 1 - count)
        broker.open[0]?.answer()
        await turn()
      }
      expect(broker.open).toHaveLength(0)
    }
    expect(performance.now()).toBe(start)
    expect(broker.log).toHaveLength(20 * concurrency)
  })

  test('all leave at once when what waits does not fit into one', async () => {
    const { publish, broker } = openTestLane({ concurrency, items: 2 })
    for (const text of numbers(concurrency)) publish(text)
    // They come back together, and each has to travel alone.
    for (const request of broker.open) request.answer()
    await turn()
    for (const text of numbers(concurrency)) publish(text)
    const waiting = numbers(2 * concurrency).map(text => publish(`more ${text}`))
    for (const request of broker.open.slice(1)) request.fail(failure('mend'))
    broker.open[0]?.answer()
    await turn()
    expect(broker.open.map(({ texts }) => texts.length)).toEqual(Array(concurrency).fill(2))
    for (const request of broker.open) request.answer()
    await turn()
    expect(waiting.every(({ state }) => state === 'accepted')).toBe(true)
  })
})

test('the halves of a request that was refused as a whole leave together', async () => {
  const { publish, broker } = openTestLane({ concurrency: 3 })
  const first = ['a', 'b', 'c'].map(text => publish(text))
  const together = numbers(5).map(text => publish(text))
  for (const _ of first) {
    broker.open[0]?.answer()
    await turn()
  }
  expect(broker.open.map(({ texts }) => texts)).toEqual([numbers(5)])
  broker.open[0]?.fail(failure('record'))
  await turn()
  expect(broker.open.map(({ texts }) => texts)).toEqual([
    ['0', '1', '2'],
    ['3', '4']
  ])
  for (let [request] = broker.open; request; [request] = broker.open) {
    request.answer()
    await turn()
  }
  expect(together.map(({ state }) => state)).toEqual(Array(5).fill('accepted'))
})

test('whichever is answered first, each item has its own id', async () => {
  const { publish, broker } = openTestLane({ concurrency: 3 })
  const publications = ['a', 'b', 'c', 'd', 'e'].map(text => publish(text))
  for (const request of [2, 0, 3, 1]) {
    broker.requests[request]?.answer()
    await turn()
  }
  expect(broker.log).toEqual(['c', 'a', 'd', 'e', 'b'])
  expect(publications.map(({ id }) => id)).toEqual(['1', '4', '0', '2', '3'])
})

describe('a request that fails', () => {
  test.each(['passing', 'mend', 'record', 'never', 'size'] as const)(
    '(%s) leaves the others in flight alone',
    async reason => {
      const { publish, broker } = openTestLane({ concurrency: 3 })
      const [a, b, c] = [publish('a'), publish('b'), publish('c')]
      broker.requests[1]?.fail(failure(reason))
      await turn()
      expect([a.state, b.state, c.state]).toEqual(['waiting', reason === 'passing' ? 'waiting' : 'refused', 'waiting'])
      expect(broker.open.map(({ texts, signal }) => [texts, signal.aborted])).toEqual([
        [['a'], false],
        [['c'], false]
      ])
      for (const request of [2, 0]) broker.requests[request]?.answer()
      await turn()
      expect([a.id, c.id]).toEqual(['1', '0'])
      await vi.advanceTimersByTimeAsync(FIRST_RETRY_MS)
      broker.open[0]?.answer()
      await turn()
      expect(b.state).toBe(reason === 'passing' ? 'accepted' : 'refused')
    }
  )

  test('does not hold back what comes later: it takes the next free one, and the failed item with it', async () => {
    const { publish, broker } = openTestLane({ concurrency: 2 })
    const a = publish('a')
    broker.open[0]?.fail(failure('passing'))
    await turn()
    const b = publish('b')
    expect(broker.open.map(({ texts }) => texts)).toEqual([['a', 'b']])
    broker.open[0]?.answer()
    await turn()
    expect([a.state, b.state]).toEqual(['accepted', 'accepted'])
    await vi.advanceTimersByTimeAsync(FIRST_RETRY_MS)
    expect(broker.requests).toHaveLength(2)
  })
})
