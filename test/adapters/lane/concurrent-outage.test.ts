import { describe, expect, test, vi } from 'vitest'
import { UnavailableError } from '../../../src/errors.ts'
import { holdTime, turn } from './held-time.ts'
import { openTestLane } from './lane-harness.ts'
import type { Publication } from './publication.ts'
import { failure } from './scripted-broker.ts'

/** A request without an answer for so long, when a deadline passes, may mean an outage. */
const SLOW_MS = 1000
/** How long an answer may be late. */
const LATE_MS = 500
/** No pause between attempts is longer. */
const LONGEST_RETRY_MS = 500
/** As limits.acknowledge. */
const DEADLINE_MS = 4000

vi.mock('node:timers/promises', () => import('./timers-promises.ts'))
holdTime()

const states = (publications: readonly Publication[]) => publications.map(({ state }) => state)

/** A lane where all requests have hung, and everybody has given up but for those who come now. */
async function hung(concurrency: number) {
  const harness = openTestLane({ concurrency })
  const silent = Array.from({ length: concurrency }, (_, index) => harness.publish(`silent ${index}`))
  const waits = harness.publish('waits')
  await vi.advanceTimersByTimeAsync(SLOW_MS)
  silent[0]?.expire()
  await turn()
  return { ...harness, silent, waits }
}

describe.each([1, 2, 4])('when all of %s requests hang', concurrency => {
  test('everything is refused at once, as soon as one deadline has passed', async () => {
    const { publish, broker, silent, waits } = await hung(concurrency)
    expect(waits.error).toBeInstanceOf(UnavailableError)
    expect(waits.error?.message).toBe('The test says nothing.')
    const later = publish('later')
    await turn()
    expect(later.error?.message).toBe('The test says nothing.')
    expect(states(silent)).toEqual(Array(concurrency).fill('waiting'))
    expect(broker.requests).toHaveLength(concurrency)
    for (const publication of silent) publication.expire()
    await vi.advanceTimersByTimeAsync(LATE_MS + LONGEST_RETRY_MS)
    expect(broker.open).toHaveLength(0)
    expect(states(silent)).toEqual(Array(concurrency).fill('refused'))
  })

  test('there is one probe at a time then, until one is accepted', async () => {
    const { publish, broker, silent } = await hung(concurrency)
    for (const publication of silent) publication.expire()
    for (let round = 0; round < 3; round++) {
      await vi.advanceTimersByTimeAsync(LATE_MS + LONGEST_RETRY_MS)
      const probe = publish('probe')
      const others = [publish('b'), publish('c')]
      await vi.advanceTimersByTimeAsync(DEADLINE_MS)
      expect(broker.open.map(({ texts }) => texts)).toEqual([['probe']])
      expect(states([probe, ...others])).toEqual(['waiting', 'refused', 'refused'])
      probe.expire()
    }
    await vi.advanceTimersByTimeAsync(LATE_MS + LONGEST_RETRY_MS)
    const probe = publish('probe')
    broker.open[0]?.answer()
    await turn()
    expect(probe.state).toBe('accepted')
    const publications = Array.from({ length: concurrency + 1 }, (_, index) => publish(`${index}`))
    expect(broker.open).toHaveLength(concurrency)
    for (let [request] = broker.open; request; [request] = broker.open) {
      request.answer()
      await turn()
    }
    expect(states(publications)).toEqual(publications.map(() => 'accepted'))
  })

  test('one answer, however late, is the end of it', async () => {
    const { publish, broker, silent } = await hung(concurrency)
    broker.requests[concurrency - 1]?.answer()
    await turn()
    expect(silent.at(-1)?.state).toBe('accepted')
    const later = publish('later')
    expect(broker.open).toHaveLength(concurrency)
    for (const request of broker.open) request.answer()
    await turn()
    expect(later.state).toBe('accepted')
  })
})

describe.each([1, 2, 4])('in an outage with %s requests at once', concurrency => {
  test('each of them pauses between its attempts, longer and longer', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(1)
    const { publish, broker } = openTestLane({ concurrency })
    const publications: Publication[] = []
    for (let ms = 0; ms < 3000; ms += 10) {
      publications.push(publish(`${ms}`))
      expect(broker.open.length).toBeLessThanOrEqual(concurrency)
      for (const request of broker.open) request.fail(failure('passing'))
      await vi.advanceTimersByTimeAsync(10)
    }
    // After 0, 50, 150, 350, 750, 1250, 1750, 2250 and 2750 ms at the earliest.
    expect(broker.requests.length).toBeLessThanOrEqual(9 * concurrency)
    expect(broker.requests.length).toBeGreaterThan(5)
    expect(new Set(states(publications))).toEqual(new Set(['waiting']))
    await vi.advanceTimersByTimeAsync(LONGEST_RETRY_MS)
    for (let [request] = broker.open; request; [request] = broker.open) {
      request.answer()
      await vi.advanceTimersByTimeAsync(LONGEST_RETRY_MS)
    }
    expect(states(publications)).toEqual(publications.map(() => 'accepted'))
  })

  test('what was refused in the end for another reason counts no more', async () => {
    const { publish, broker } = openTestLane({ concurrency })
    const first = publish('first')
    broker.open[0]?.fail(failure('passing'))
    await vi.advanceTimersByTimeAsync(LONGEST_RETRY_MS)
    broker.open[0]?.fail(failure('mend'))
    await turn()
    expect(first.state).toBe('refused')
    const publications = Array.from({ length: concurrency + 1 }, (_, index) => publish(`${index}`))
    const gone = publish('gone')
    gone.expire()
    await turn()
    expect(states([...publications, gone])).toEqual([...publications.map(() => 'waiting'), 'refused'])
    for (let [request] = broker.open; request; [request] = broker.open) {
      request.answer()
      await turn()
    }
    expect(states(publications)).toEqual(publications.map(() => 'accepted'))
  })

  test('everybody is told at the first deadline; then there is one probe at a time', async () => {
    const { publish, broker } = openTestLane({ concurrency })
    const publications = Array.from({ length: 2 * concurrency }, (_, index) => publish(`${index}`))
    for (const request of broker.open) request.fail(failure('passing'))
    await turn()
    publications[0]?.expire()
    await turn()
    for (const { error } of publications) expect(error?.message).toBe('The test is away (passing).')
    for (let round = 0; round < 3; round++) {
      await vi.advanceTimersByTimeAsync(LONGEST_RETRY_MS)
      const [probe, other] = [publish('probe'), publish('other')]
      await turn()
      expect(broker.open.map(({ texts }) => texts)).toEqual([['probe']])
      expect(states([probe, other])).toEqual(['waiting', 'refused'])
      broker.open[0]?.fail(failure('passing'))
      await turn()
      expect(probe.state).toBe('refused')
    }
    await vi.advanceTimersByTimeAsync(LONGEST_RETRY_MS)
  })
})
