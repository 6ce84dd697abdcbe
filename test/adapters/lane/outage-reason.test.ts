import { describe, expect, test, vi } from 'vitest'
import { holdTime, turn } from './held-time.ts'
import { openTestLane } from './lane-harness.ts'
import { failure } from './scripted-broker.ts'

/** No pause between attempts is longer. */
const LONGEST_RETRY_MS = 500

vi.mock('node:timers/promises', () => import('./timers-promises.ts'))
holdTime()

/** A lane whose broker was away when a deadline passed. */
async function fallen(concurrency: number) {
  const harness = openTestLane({ concurrency })
  const first = harness.publish('first')
  harness.broker.open[0]?.fail(failure('passing'))
  await turn()
  first.expire()
  await vi.advanceTimersByTimeAsync(LONGEST_RETRY_MS)
  return harness
}

describe.each([1, 3])('in an outage, with %s requests at once,', concurrency => {
  test('what an operator has to mend is what everybody hears from then on', async () => {
    const { publish, broker } = await fallen(concurrency)
    const [probe, before] = [publish('probe'), publish('before')]
    const cause = failure('mend')
    broker.open[0]?.fail(cause)
    await turn()
    for (let round = 0; round < 2; round++) {
      const [next, other] = [publish('next'), publish('other')]
      await turn()
      expect(broker.open.map(({ texts }) => texts)).toEqual([['next']])
      expect(other.error?.message).toBe('The test wants a permission (mend).')
      broker.open[0]?.fail(failure('mend'))
      await turn()
      expect(next.state).toBe('refused')
    }
    expect(probe.error?.cause).toBe(cause)
    expect(before.error?.message).toBe('The test is away (passing).')
  })

  test('another reason that may pass, or what is wrong with one item, is not', async () => {
    const { publish, broker } = await fallen(concurrency)
    for (const reason of ['record', 'never', 'size', 'passing'] as const) {
      publish('probe')
      broker.open[0]?.fail(failure(reason))
      await turn()
      const [, other] = [publish('next'), publish('other')]
      await turn()
      expect(other.error?.message).toBe('The test is away (passing).')
      broker.open[0]?.fail(failure('record'))
      await vi.advanceTimersByTimeAsync(LONGEST_RETRY_MS)
    }
  })

  test('the end of it is the end of that, too', async () => {
    const { publish, broker } = await fallen(concurrency)
    publish('probe')
    broker.open[0]?.fail(failure('mend'))
    await turn()
    publish('next')
    broker.open[0]?.answer()
    await turn()
    const publications = ['a', 'b', 'c'].map(text => publish(text))
    for (let [request] = broker.open; request; [request] = broker.open) {
      request.answer()
      await turn()
    }
    expect(publications.map(({ state }) => state)).toEqual(Array(3).fill('accepted'))
  })
})
