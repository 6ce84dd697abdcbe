import { expect, test, vi } from 'vitest'
import { holdTime, turn } from './held-time.ts'
import { openTestLane } from './lane-harness.ts'
import { failure } from './scripted-broker.ts'

/** No pause is longer. */
const LONGEST_RETRY_MS = 500

vi.mock('node:timers/promises', () => import('./timers-promises.ts'))
holdTime()

/** A lane that has these in one request, and what it said of its requests since. */
async function together(texts: readonly string[]) {
  const { publish, broker } = openTestLane()
  publish('first')
  for (const text of texts) publish(text)
  broker.open[0]?.answer()
  await turn()
  const said = () => broker.requests.slice(1).map(({ texts, again }) => [texts.join(), again])
  return { publish, broker, said }
}

test.each(['passing', 'record', 'size'] as const)(
  'a request has something again after a failure as a whole (%s)',
  async reason => {
    const { publish, broker, said } = await together(['a', 'b'])
    expect(said()).toEqual([['a,b', false]])
    publish('c')
    broker.open[0]?.fail(failure(reason))
    for (let count = 0; count < 3; count++) {
      await vi.advanceTimersByTimeAsync(LONGEST_RETRY_MS)
      broker.open[0]?.answer()
    }
    await turn()
    const alone = [
      ['a', true],
      ['b', true],
      ['c', false]
    ]
    expect(said().slice(1)).toEqual(reason === 'passing' ? [['a,b,c', true]] : alone)
  }
)

test('a request has something again when an item of it failed by itself, or had no result', async () => {
  const { publish, broker, said } = await together(['a', 'b', 'c'])
  broker.open[0]?.answer({ b: failure('passing') }, 2)
  await vi.advanceTimersByTimeAsync(LONGEST_RETRY_MS)
  broker.open[0]?.answer()
  await turn()
  publish('d')
  broker.open[0]?.answer()
  await turn()
  expect(said()).toEqual([
    ['a,b,c', false],
    ['b,c', true],
    ['d', false]
  ])
})
