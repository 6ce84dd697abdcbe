import fc from 'fast-check'
import { afterEach, beforeEach, test, vi } from 'vitest'
import { type LaneModel, openModel } from './lane-model.ts'

vi.mock('node:timers/promises', () => import('./timers-promises.ts'))
beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

/** Chooses among what there is. */
const which = fc.nat(100)
const why = fc.constantFrom('passing', 'mend', 'record', 'never', 'size', 'large')
const outcome = fc.oneof({ weight: 2, arbitrary: fc.constant('accepted' as const) }, { weight: 1, arbitrary: why })
const outcomes = fc.array(outcome, { minLength: 1, maxLength: 3 })
const missing = fc.oneof(
  { weight: 5, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 3 }) }
)
/** The next step happens in the same breath. */
const breath = fc.boolean()
const order = fc.option(fc.constantFrom('k', 'l'), { nil: undefined })

const step = fc.oneof(
  {
    weight: 7,
    arbitrary: fc.record({ does: fc.constant('publish'), bytes: fc.integer({ min: 1, max: 7 }), order })
  },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('expire'), which }) },
  { weight: 4, arbitrary: fc.record({ does: fc.constant('answer'), which, outcomes, missing, breath }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('fail'), which, why, written: fc.boolean(), breath }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('wait'), ms: fc.constantFrom(1, 20, 100, 600, 1500, 6000) }) }
)
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never

async function take(next: Step, model: LaneModel): Promise<void> {
  const request = 'which' in next ? model.open[next.which % model.open.length] : undefined
  if (next.does === 'publish') model.publish(next.bytes, next.order)
  if (next.does === 'expire') model.expire(next.which)
  if (next.does === 'answer' && request) model.answer(request, next.outcomes, next.missing)
  if (next.does === 'fail' && request) model.fail(request, next.why, next.written)
  if (!('breath' in next && next.breath)) await model.wait(next.does === 'wait' ? next.ms : 0)
}

/** How many requests at once, the broker's patience, what happens, and the share of each pause that is left to chance. */
const run = fc.record({
  concurrency: fc.integer({ min: 1, max: 4 }),
  patience: fc.constantFrom(0, 0, 2),
  steps: fc.array(step, { maxLength: 60, size: 'max' }),
  random: fc.double({ min: 0, max: 1, noNaN: true })
})
type Run = typeof run extends fc.Arbitrary<infer Value> ? Value : never

async function begin({ concurrency, patience, steps, random }: Run): Promise<LaneModel> {
  vi.spyOn(Math, 'random').mockReturnValue(random)
  const model = openModel(concurrency, patience)
  for (const next of steps) await take(next, model)
  return model
}

test('whatever happens, each item has one answer, and a true one, and the lane recovers', async () => {
  await fc.assert(
    fc.asyncProperty(run, async run => {
      const model = await begin(run)
      await model.recover()
      await model.close([])
    }),
    { numRuns: 250 }
  )
})

test('whatever happens, nothing is left when the lane closes', async () => {
  await fc.assert(
    fc.asyncProperty(run, fc.array(why, { maxLength: 4 }), async (run, last) => {
      const model = await begin(run)
      await model.close(last)
    }),
    { numRuns: 250 }
  )
})
