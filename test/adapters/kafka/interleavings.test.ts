import fc from 'fast-check'
import { afterEach, beforeEach, test, vi } from 'vitest'
import { answer, socket } from './kafkajs-errors.ts'
import { openModel, type PublisherModel } from './publisher-model.ts'

vi.mock('node:timers/promises', () => import('../lane/timers-promises.ts'))
beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const PARTITIONS = 4
const reasons = {
  passing: () => socket('ECONNRESET'),
  moved: () => answer('NOT_LEADER_FOR_PARTITION'),
  mend: () => answer('TOPIC_AUTHORIZATION_FAILED'),
  never: () => answer('MESSAGE_TOO_LARGE')
}

/** Chooses among what there is. */
const which = fc.nat(100)
const leading = fc.array(fc.integer({ min: -1, max: 2 }), { minLength: PARTITIONS, maxLength: PARTITIONS + 1 })
const some = fc.record({ does: fc.constant('accept'), which, only: fc.option(fc.nat(PARTITIONS), { nil: undefined }) })
const why = fc.constantFrom('passing', 'moved', 'mend', 'never')

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ does: fc.constant('publish') }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('expire'), which }) },
  { weight: 4, arbitrary: some },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('fail'), which, why, written: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('lead'), leading: fc.option(leading, { nil: undefined }) }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('wait'), ms: fc.constantFrom(1, 20, 100, 600, 1500, 6000) }) }
)
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never

async function take(next: Step, model: PublisherModel): Promise<void> {
  const request = 'which' in next ? model.open[next.which % model.open.length] : undefined
  if (next.does === 'publish') model.publish()
  if (next.does === 'expire') model.expire(next.which)
  if (next.does === 'accept' && request) await model.accept(request, next.only)
  if (next.does === 'fail') request?.fail(reasons[next.why](), next.written ? 'written' : undefined)
  if (next.does === 'lead') model.lead(next.leading)
  await model.wait(next.does === 'wait' ? next.ms : 0)
}

test.each(['recover', 'close'] as const)(
  'whatever happens, each record has one answer, and a true one: %s',
  async end => {
    const steps = fc.array(step, { maxLength: 60, size: 'max' })
    const random = fc.double({ min: 0, max: 1, noNaN: true })
    await fc.assert(
      fc.asyncProperty(steps, random, async (steps, random) => {
        vi.spyOn(Math, 'random').mockReturnValue(random)
        const model = await openModel([0, 1, 0, 2])
        for (const next of steps) await take(next, model)
        await model[end]()
        if (end === 'recover') await model.close()
      }),
      { numRuns: 200 }
    )
  }
)
