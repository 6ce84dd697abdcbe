import { describe, expect, test, vi } from 'vitest'
import { holdTime, turn } from './held-time.ts'
import { openTestLane } from './lane-harness.ts'
import { failure } from './scripted-broker.ts'

/** The first pause between attempts is not longer. */
const FIRST_RETRY_MS = 50
/** How long an answer may be late. */
const LATE_MS = 500

vi.mock('node:timers/promises', () => import('./timers-promises.ts'))
holdTime()

/** A lane for items of an order, which their text begins with; `-` is none. */
function openOrdered(shape: { concurrency: number; items?: number }) {
  const harness = openTestLane(shape)
  const publish = (text: string) => harness.publish(text, text.startsWith('-') ? {} : { order: text.charAt(0) })
  const open = () => harness.broker.open.map(({ texts }) => texts)
  const answer = async (index = 0) => {
    harness.broker.open[index]?.answer()
    await turn()
  }
  return { ...harness, publish, open, answer }
}

describe('an order', () => {
  test('has one request in flight, others pass it, and what has none', async () => {
    const { publish, open, answer, broker } = openOrdered({ concurrency: 4 })
    for (const text of ['k1', 'k2', 'l1', 'k3', '-1', 'l2']) publish(text)
    expect(open()).toEqual([['k1'], ['l1'], ['-1']])
    await answer()
    expect(open()).toEqual([['l1'], ['-1'], ['k2', 'k3']])
    await answer(2)
    await answer()
    expect(open()).toEqual([['-1'], ['l2']])
    for (const _ of [0, 1]) await answer()
    expect(broker.log).toEqual(['k1', 'k2', 'k3', 'l1', '-1', 'l2'])
  })

  test('shares a request with nobody, and nobody waits for that while there is another', async () => {
    const { publish, open, answer } = openOrdered({ concurrency: 3 })
    for (const text of ['-1', '-2', '-3', 'k1', 'l1', '-4', 'k2', '-5', 'l2']) publish(text)
    expect(open()).toEqual([['-1'], ['-2'], ['-3']])
    await answer()
    expect(open()).toEqual([['-2'], ['-3'], ['k1', 'k2']])
    await answer()
    expect(open()).toEqual([['-3'], ['k1', 'k2'], ['l1', 'l2']])
    await answer()
    expect(open()).toEqual([
      ['k1', 'k2'],
      ['l1', 'l2'],
      ['-4', '-5']
    ])
    for (const _ of [0, 1, 2]) await answer()
  })

  test.each([1, 2, 4])('is kept after a failure, with %s requests at once', async concurrency => {
    const { publish, broker, open, answer } = openOrdered({ concurrency })
    const before = publish('k1')
    for (const text of ['k2', 'k3']) publish(text)
    await answer()
    expect(before.state).toBe('accepted')
    publish('k4')
    broker.open[0]?.fail(failure('passing'))
    await turn()
    publish('k5')
    await vi.advanceTimersByTimeAsync(FIRST_RETRY_MS)
    expect(open()).toEqual([['k2', 'k3', 'k4', 'k5']])
    broker.open[0]?.fail(failure('record'))
    const halves = [
      ['k2', 'k3'],
      ['k4', 'k5']
    ]
    for (const texts of halves) {
      await turn()
      expect(open()).toEqual([texts])
      broker.open[0]?.answer()
    }
    await turn()
    expect(broker.log).toEqual(['k1', 'k2', 'k3', 'k4', 'k5'])
  })

  test.each(['one failed', 'another was accepted'])(
    'is kept when two are answered in one breath, first %s',
    async first => {
      const { publish, broker, answer } = openOrdered({ concurrency: 2 })
      const publications = ['-1', 'k1', 'k2', 'k3'].map(publish)
      const [other, mine] = broker.open
      if (first === 'one failed') mine?.fail(failure('passing'))
      other?.answer()
      if (first !== 'one failed') mine?.fail(failure('passing'))
      const late = publish('k4')
      await vi.advanceTimersByTimeAsync(FIRST_RETRY_MS)
      for (let round = 0; round < 3; round++) await answer()
      expect(broker.log).toEqual(['-1', 'k1', 'k2', 'k3', 'k4'])
      expect([...publications, late].every(({ state }) => state === 'accepted')).toBe(true)
    }
  )
})

describe('a slot that finds only items whose order is in flight', () => {
  test('ends; they leave with the end of that, at once', async () => {
    const { publish, broker, open, answer } = openOrdered({ concurrency: 2 })
    publish('k1')
    publish('-1')
    const waiting = ['k2', 'k3'].map(publish)
    const limit = vi.spyOn(broker.limits, 'order')
    await answer(1)
    expect(open()).toEqual([['k1']])
    const looks = limit.mock.calls.length
    await vi.advanceTimersByTimeAsync(10_000)
    expect(limit.mock.calls.length).toBe(looks)
    await answer()
    expect(open()).toEqual([['k2', 'k3']])
    await answer()
    expect(waiting.map(({ state }) => state)).toEqual(['accepted', 'accepted'])
  })

  test.each(['passing', 'mend', 'record', 'never', 'size'] as const)(
    'leaves them to be sent after a failure (%s)',
    async why => {
      const { publish, broker, answer } = openOrdered({ concurrency: 2 })
      publish('k1')
      publish('-1')
      const waiting = publish('k2')
      await answer(1)
      broker.open[0]?.fail(failure(why))
      await vi.advanceTimersByTimeAsync(FIRST_RETRY_MS)
      await answer()
      expect(waiting.state).toBe('accepted')
    }
  )

  test('leaves them to be sent after a request that nobody waits for any more', async () => {
    const { publish, answer } = openOrdered({ concurrency: 2 })
    const hanging = publish('k1')
    publish('-1')
    const waiting = publish('k2')
    await answer(1)
    hanging.expire()
    await vi.advanceTimersByTimeAsync(LATE_MS + FIRST_RETRY_MS)
    expect(hanging.state).toBe('refused')
    await answer()
    expect(waiting.state).toBe('accepted')
  })
})
