import fc from 'fast-check'
import { afterEach, beforeEach, test, vi } from 'vitest'
import { isReadable, type Model, openModel } from './model.ts'

vi.mock('node:timers/promises', () => import('../../adapters/lane/timers-promises.ts'))
beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const id = fc.constantFrom('1', '2', '3', 'torn')
const broker = fc.oneof(
  { weight: 3, arbitrary: fc.constant('a') },
  { weight: 4, arbitrary: fc.constantFrom('b', 'c', 'spare', 'parking') }
)
const mode = fc.constantFrom('accepted', 'refused', 'unavailable', 'lost', 'thrown', 'held', 'losing', 'deaf')
const answer = fc.oneof(
  { weight: 3, arbitrary: fc.constant('accepted' as const) },
  { weight: 1, arbitrary: fc.constantFrom('lost', 'refused', 'unavailable') }
)
const ms = fc.constantFrom(0, 1, 30, 50, 500, 2000, 4000, 6000, 11 * 60_000)
/** The next step happens in the same breath. */
const breath = fc.boolean()

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ does: fc.constant('deliver'), id, due: fc.constantFrom(20, 1000, 4000), breath })
  },
  { weight: 4, arbitrary: fc.record({ does: fc.constant('set'), broker, mode }) },
  { weight: 4, arbitrary: fc.record({ does: fc.constant('answer'), which: fc.nat(100), answer, breath }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('connect'), broker }) },
  {
    weight: 1,
    arbitrary: fc.record({ does: fc.constant('remember'), memory: fc.constantFrom('true', 'silent', 'empty') })
  },
  { weight: 4, arbitrary: fc.record({ does: fc.constant('wait'), ms }) }
)
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never

const delivery = fc.constantFrom('required', 'required', 'bestEffort', 'none')
const setup = fc.record({
  routes: fc.record({ a: delivery, b: delivery, c: delivery }),
  fallback: fc.boolean(),
  deadLetter: fc.boolean(),
  dedupe: fc.constantFrom('memory', 'shared', 'off'),
  entries: fc.constantFrom(1000, 1000, 1000, 2)
})

/** How the bridge is set up, whether its brokers are there from the start, and what happens. */
const run = fc.record({ setup, connected: fc.boolean(), steps: fc.array(step, { maxLength: 50, size: 'max' }) })
type Run = typeof run extends fc.Arbitrary<infer Value> ? Value : never

async function take(next: Step, model: Model): Promise<void> {
  if (next.does === 'deliver') model.deliver(next.id, next.due, isReadable(next.id))
  if (next.does === 'set') model.set(next.broker, next.mode)
  if (next.does === 'answer') model.open[next.which % model.open.length]?.settle(next.answer)
  if (next.does === 'connect') model.broker(next.broker).connect()
  if (next.does === 'remember') model.remember(next.memory)
  if (!('breath' in next && next.breath)) await model.wait(next.does === 'wait' ? next.ms : 0)
}

async function begin({ setup, connected, steps }: Run): Promise<Model> {
  const model = await openModel(setup)
  if (connected) for (const broker of model.brokers.values()) broker.connect()
  await model.wait(0)
  for (const next of steps) await take(next, model)
  return model
}

test('whatever happens, what is acknowledged is where it belongs, and in the end all is', async () => {
  await fc.assert(
    fc.asyncProperty(run, fc.array(answer, { maxLength: 4 }), async (run, answers) => {
      const model = await begin(run)
      await model.recover(answers)
      await model.close()
    }),
    { numRuns: 300 }
  )
})

test('whatever happened, an outage is acknowledged once the fallback is due', async () => {
  const lost = fc.constantFrom('unavailable', 'thrown', 'held', 'deaf')
  await fc.assert(
    fc.asyncProperty(run, lost, async (run, mode) => {
      const routes = { ...run.setup.routes, a: 'required' } as const
      const model = await begin({ ...run, setup: { ...run.setup, routes, fallback: true } })
      await model.lose(mode)
      await model.close()
    }),
    { numRuns: 200 }
  )
})
