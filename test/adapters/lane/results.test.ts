import { describe, expect, test, vi } from 'vitest'
import { EventError, UnavailableError } from '../../../src/errors.ts'
import { holdTime, turn } from './held-time.ts'
import { openTestLane } from './lane-harness.ts'
import type { Publication } from './publication.ts'
import { failure, type Shape } from './scripted-broker.ts'

/** The first pause between attempts is not longer. */
const FIRST_RETRY_MS = 50
/** No pause is. */
const LONGEST_RETRY_MS = 500
/** No outage is declared when something has been accepted less than so long ago. */
const SLOW_MS = 1000
/** How long an answer may be late. */
const LATE_MS = 500
/** As limits.acknowledge. */
const DEADLINE_MS = 4000

vi.mock('node:timers/promises', () => import('./timers-promises.ts'))
holdTime()

const states = (publications: readonly Publication[]) => publications.map(({ state }) => state)

/** A lane that has these in one request. */
async function together(texts: readonly string[], shape?: Shape) {
  const harness = openTestLane(shape)
  const concurrency = shape?.concurrency ?? 1
  for (let count = 0; count < concurrency; count++) harness.publish('first')
  const publications = texts.map(text => harness.publish(text))
  for (const request of harness.broker.open) request.answer()
  await turn()
  expect(harness.broker.open.map(({ texts }) => texts)).toEqual([texts])
  return { ...harness, publications }
}

describe.each([1, 3])('of one request, with %s at once,', concurrency => {
  test('what was accepted is told so at once, each with its id; the rest is sent again, in its order', async () => {
    const { broker, publications } = await together(['a', 'b', 'c', 'd'], { concurrency })
    broker.open[0]?.answer({ b: failure('passing'), d: failure('passing') })
    await turn()
    expect(states(publications)).toEqual(['accepted', 'waiting', 'accepted', 'waiting'])
    expect(publications.map(({ id }) => id && broker.log[Number(id)])).toEqual(['a', undefined, 'c', undefined])
    expect(broker.open).toHaveLength(0)
    await vi.advanceTimersByTimeAsync(FIRST_RETRY_MS)
    expect(broker.open.map(({ texts }) => texts)).toEqual([['b', 'd']])
    broker.open[0]?.answer()
    await turn()
    expect(publications.map(({ id }) => broker.log[Number(id)])).toEqual(['a', 'b', 'c', 'd'])
  })

  test('each that never will be is refused with its own error, and nobody else is', async () => {
    const causes = { b: failure('mend'), c: failure('record'), d: failure('never') }
    const { broker, publications } = await together(['a', 'b', 'c', 'd', 'e'], { concurrency })
    broker.open[0]?.answer(causes)
    await turn()
    expect(states(publications)).toEqual(['accepted', 'refused', 'refused', 'refused', 'accepted'])
    const errors = publications.slice(1, 4).map(({ error }) => error)
    expect(errors.map(error => error?.message)).toEqual([
      'The test wants a permission (mend).',
      'The test does not take it (record).',
      'The test never takes it (never).'
    ])
    expect(errors.map(error => error?.cause)).toEqual([causes.b, causes.c, causes.d])
    expect(errors.map(error => error instanceof EventError)).toEqual([false, false, true])
    expect(errors.map(error => error instanceof UnavailableError)).toEqual([true, true, false])
    await vi.advanceTimersByTimeAsync(DEADLINE_MS)
    expect(broker.open).toHaveLength(0)
  })

  test('all may fail, each for its own reason; what may pass is sent again', async () => {
    const { broker, publications } = await together(['a', 'b', 'c'], { concurrency })
    broker.open[0]?.answer({ a: failure('mend'), b: failure('passing'), c: failure('never') })
    await turn()
    expect(states(publications)).toEqual(['refused', 'waiting', 'refused'])
    await vi.advanceTimersByTimeAsync(FIRST_RETRY_MS)
    expect(broker.open.map(({ texts }) => texts)).toEqual([['b']])
    broker.open[0]?.answer()
    await turn()
    expect(publications[1]?.state).toBe('accepted')
  })

  test.each([
    ['has no result', 2, ['accepted', 'accepted', 'waiting']],
    ['has none either', 0, ['waiting', 'waiting', 'waiting']]
  ])('what %s is not accepted: it is sent again', async (_what, about, expected) => {
    const { broker, publications } = await together(['a', 'b', 'c'], { concurrency })
    broker.open[0]?.answer({}, about)
    await turn()
    expect(states(publications)).toEqual(expected)
    await vi.advanceTimersByTimeAsync(FIRST_RETRY_MS)
    expect(broker.open.map(({ texts }) => texts)).toEqual([['a', 'b', 'c'].slice(about)])
    broker.open[0]?.answer()
    await turn()
    expect(states(publications)).toEqual(['accepted', 'accepted', 'accepted'])
  })
})

describe('an item that fails for a reason that may pass', () => {
  test('is sent again until its deadline, and not after', async () => {
    const { broker, publications } = await together(['a', 'b'])
    const [, b] = publications
    broker.open[0]?.answer({ b: failure('passing') })
    await vi.advanceTimersByTimeAsync(FIRST_RETRY_MS)
    const cause = failure('passing')
    broker.open[0]?.answer({ b: cause })
    await turn()
    b?.expire()
    await turn()
    expect(b?.error).toBeInstanceOf(UnavailableError)
    expect(b?.error?.cause).toBe(cause)
    await vi.advanceTimersByTimeAsync(DEADLINE_MS)
    expect(broker.requests).toHaveLength(3)
  })

  test('after its deadline, is refused with its own error', async () => {
    const cause = failure('passing')
    const { broker, publications } = await together(['a', 'b'])
    const [, b] = publications
    b?.expire()
    await vi.advanceTimersByTimeAsync(LATE_MS - 1)
    broker.open[0]?.answer({ b: cause })
    await turn()
    expect(b?.error?.cause).toBe(cause)
    await vi.advanceTimersByTimeAsync(DEADLINE_MS)
    expect(broker.requests).toHaveLength(2)
  })
})

describe('a request all of whose items fail', () => {
  test('counts as a failure of the broker: the pauses double', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(1)
    const { broker, publications } = await together(['a', 'b'])
    const pauses: number[] = []
    for (let attempt = 0; attempt < 6; attempt++) {
      const failedAt = performance.now()
      broker.open[0]?.answer({ a: failure('passing'), b: failure('passing') })
      await turn()
      await vi.advanceTimersToNextTimerAsync()
      pauses.push(performance.now() - failedAt)
      expect(broker.open.map(({ texts }) => texts)).toEqual([['a', 'b']])
    }
    expect(pauses).toEqual([50, 100, 200, 400, 500, 500])
    broker.open[0]?.answer()
    await turn()
    expect(states(publications)).toEqual(['accepted', 'accepted'])
  })

  test('is an outage once a deadline has passed for it, and nothing was accepted for long', async () => {
    // It is in the midst of a pause then.
    vi.spyOn(Math, 'random').mockReturnValue(1)
    const { publish, broker, publications } = await together(['a', 'b'])
    for (let ms = 0; ms < SLOW_MS; ms += 10) {
      broker.open[0]?.answer({ a: failure('passing'), b: failure('passing') })
      await vi.advanceTimersByTimeAsync(10)
    }
    publications[0]?.expire()
    await turn()
    const later = publish('later')
    await turn()
    for (const { error } of [...publications, later]) expect(error?.message).toBe('The test is away (passing).')
    await vi.advanceTimersByTimeAsync(LONGEST_RETRY_MS)
    expect(broker.open).toHaveLength(0)
    const cause = failure('passing')
    const probe = publish('probe')
    broker.open[0]?.answer({ probe: cause })
    await turn()
    expect(probe.error?.cause).toBe(cause)
    await vi.advanceTimersByTimeAsync(LONGEST_RETRY_MS)
    expect(broker.open).toHaveLength(0)
  })
})

test("where there are several requests at a time, a pause in which nobody waits is the next one's to try", async () => {
  vi.spyOn(Math, 'random').mockReturnValue(1)
  const { publish, broker } = openTestLane({ concurrency: 2 })
  const first = publish('first')
  await turn()
  for (let ms = 0; ms < SLOW_MS; ms += 10) {
    broker.open[0]?.answer({ first: failure('passing') })
    await vi.advanceTimersByTimeAsync(10)
  }
  first.expire()
  await turn()
  expect(first.state).toBe('refused')
  expect(broker.open).toHaveLength(0)
  const next = publish('next')
  const later = publish('later')
  await turn()
  // The others need not wait for it.
  expect([next.state, later.state]).toEqual(['waiting', 'refused'])
  await vi.advanceTimersByTimeAsync(LONGEST_RETRY_MS)
  broker.open[0]?.answer()
  await turn()
  expect(next.state).toBe('accepted')
})

test('a request some of whose items fail is no failure of the broker: the pauses begin anew', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(1)
  const { publish, broker, publications } = await together(['a', 'b'])
  broker.open[0]?.answer({ a: failure('passing'), b: failure('passing') })
  for (const pause of [FIRST_RETRY_MS, 2 * FIRST_RETRY_MS]) {
    await vi.advanceTimersByTimeAsync(pause)
    broker.open[0]?.answer({ a: failure('passing'), b: failure('passing') })
  }
  await vi.advanceTimersByTimeAsync(4 * FIRST_RETRY_MS)
  broker.open[0]?.answer({ b: failure('passing') })
  for (const pause of [FIRST_RETRY_MS, FIRST_RETRY_MS, 2 * FIRST_RETRY_MS]) {
    await vi.advanceTimersByTimeAsync(pause - 1)
    expect(broker.open).toHaveLength(0)
    await vi.advanceTimersByTimeAsync(1)
    expect(broker.open).toHaveLength(1)
    broker.open[0]?.answer({ b: failure('passing') })
  }
  publish('c')
  await vi.advanceTimersByTimeAsync(LONGEST_RETRY_MS)
  broker.open[0]?.answer()
  await turn()
  expect(states(publications)).toEqual(['accepted', 'accepted'])
})
