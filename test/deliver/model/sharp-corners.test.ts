import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { assertSettled } from '../../../src/deliver/result.ts'
import { UnavailableError } from '../../../src/errors.ts'
import { type Model, openModel } from './model.ts'
import { ACKNOWLEDGE, AFTER, type Setup } from './world.ts'

vi.mock('node:timers/promises', () => import('../../adapters/lane/timers-promises.ts'))
beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** Everything goes to `a`, which has a fallback, unless told otherwise. */
async function open(setup: Partial<Setup> = {}): Promise<Model> {
  const routes = { a: 'required', b: 'none', c: 'none' } as const
  const model = await openModel({
    routes,
    fallback: true,
    deadLetter: false,
    dedupe: 'memory',
    entries: 1000,
    ...setup
  })
  for (const broker of model.brokers.values()) broker.connect()
  await model.wait(0)
  return model
}

/** A model whose fallback is due. */
async function openOutage(setup: Partial<Setup> = {}): Promise<Model> {
  const model = await open(setup)
  model.set('a', 'unavailable')
  model.deliver('first', ACKNOWLEDGE)
  await model.wait(AFTER)
  return model
}

const idsAt = (model: Model, name: string) => model.broker(name).calls.map(({ event }) => event.id)

describe('an outage', () => {
  test('lasts, although an event was refused for good: no broker has to be there for that', async () => {
    const model = await open()
    model.set('a', 'unavailable')
    model.deliver('first', ACKNOWLEDGE)
    await model.wait(AFTER / 2)
    model.set('a', 'refused')
    model.deliver('too large', ACKNOWLEDGE)
    await model.wait(0)
    model.set('a', 'unavailable')
    await model.wait(AFTER / 2)
    const delivery = model.deliver('second', ACKNOWLEDGE)
    await model.wait(0)
    expect(delivery.state).toBe('acknowledged')
    expect(idsAt(model, 'spare')).toEqual(['second'])
    await model.close()
  })

  test('is none when what came too late was accepted', async () => {
    const model = await open()
    model.set('a', 'deaf')
    model.deliver('slow', 1000)
    await model.wait(1000)
    model.open[0]?.settle('accepted')
    await model.wait(2 * AFTER)
    model.set('a', 'accepted')
    model.deliver('second', ACKNOWLEDGE)
    model.deliver('third', ACKNOWLEDGE)
    await model.wait(0)
    expect(idsAt(model, 'a')).toEqual(['slow', 'second', 'third'])
    expect(idsAt(model, 'spare')).toEqual([])
    await model.close()
  })

  test('is over once an event is accepted that had gone to the fallback', async () => {
    const model = await openOutage()
    model.set('a', 'deaf')
    model.deliver('probe', ACKNOWLEDGE)
    await model.wait(ACKNOWLEDGE / 2)
    expect(idsAt(model, 'spare')).toEqual(['probe'])
    model.open[0]?.settle('accepted')
    model.set('a', 'accepted')
    await model.wait(0)
    model.deliver('second', ACKNOWLEDGE)
    model.deliver('third', ACKNOWLEDGE)
    await model.wait(0)
    expect(idsAt(model, 'spare')).toEqual(['probe'])
    await model.close()
  })
})

test('an event that the fallback has is not wanted by its destination any more', async () => {
  const model = await openOutage()
  model.set('a', 'held')
  const delivery = model.deliver('second', ACKNOWLEDGE)
  await model.wait(ACKNOWLEDGE / 2)
  expect(delivery.state).toBe('acknowledged')
  expect(model.open).toEqual([])
  await model.close()
})

test('what its destination accepts after all is acknowledged at once, whatever the fallback does', async () => {
  const model = await openOutage()
  model.set('a', 'deaf')
  model.set('spare', 'deaf')
  const delivery = model.deliver('second', ACKNOWLEDGE)
  await model.wait(ACKNOWLEDGE / 2)
  expect(idsAt(model, 'spare')).toEqual(['second'])
  model.open.find(({ broker }) => broker === 'a')?.settle('accepted')
  await model.wait(0)
  expect(delivery.state).toBe('acknowledged')
  await model.close()
})

test('what the fallback does not take either may still be accepted by its destination', async () => {
  const model = await openOutage()
  model.set('a', 'held')
  model.set('spare', 'unavailable')
  const delivery = model.deliver('second', ACKNOWLEDGE)
  await model.wait(ACKNOWLEDGE / 2)
  expect(idsAt(model, 'spare')).toEqual(['second'])
  expect(delivery.state).toBe('open')
  model.open[0]?.settle('accepted')
  await model.wait(0)
  expect(delivery.state).toBe('acknowledged')
  await model.close()
})

test('a delivery does not wait for the shared memory beyond its deadline, and publishes nothing after it', async () => {
  const model = await open({ dedupe: 'shared' })
  model.remember('silent')
  const delivery = model.deliver('1', 20)
  await model.wait(20)
  expect(delivery.state).toBe('refused')
  await model.wait(ACKNOWLEDGE)
  expect(idsAt(model, 'a')).toEqual([])
  // Nor is a destination down that nobody has asked.
  model.remember('true')
  await model.wait(2 * AFTER)
  model.deliver('2', ACKNOWLEDGE)
  model.deliver('3', ACKNOWLEDGE)
  await model.wait(0)
  expect(idsAt(model, 'a')).toEqual(['2', '3'])
  await model.close()
})

test('what best-effort destinations have already needs no room', async () => {
  const routes = { a: 'bestEffort', b: 'bestEffort', c: 'bestEffort' } as const
  const model = await open({ routes, fallback: false })
  model.deliver('1', ACKNOWLEDGE)
  await model.wait(0)
  for (const name of ['a', 'b', 'c']) model.set(name, 'deaf')
  model.deliver('2', ACKNOWLEDGE)
  const again = model.deliver('1', ACKNOWLEDGE)
  await model.wait(0)
  expect(again.state).toBe('acknowledged')
  await model.close()
})

test.each([
  ['while it waits for another', 'deaf'],
  ['before the last of them has refused it', 'held']
] as const)(
  'what one best-effort destination has taken of a second delivery, %s, the first is acknowledged for',
  async (_when, mode) => {
    const routes = { a: 'bestEffort', b: 'bestEffort', c: 'none' } as const
    const model = await open({ routes, fallback: false })
    model.set('a', 'refused')
    model.set('b', mode)
    const first = model.deliver('1', ACKNOWLEDGE)
    await model.wait(0)
    model.set('a', 'accepted')
    model.deliver('1', ACKNOWLEDGE)
    await model.wait(0)
    expect(first.state).toBe('open')
    if (mode === 'held') for (const call of model.open) call.settle('refused')
    await model.wait(mode === 'held' ? 0 : ACKNOWLEDGE)
    expect(first.state).toBe('acknowledged')
    await model.close()
  }
)

test('nothing is settled by having no reason', () => {
  expect(() => assertSettled([{ destination: 'a', outcome: 'unavailable' }])).toThrow(UnavailableError)
})
