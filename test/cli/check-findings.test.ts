import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { collect } from '../../src/cli/check/findings.ts'
import { within } from '../../src/testing/expect.ts'
import { inShort } from '../adapters/inspected.ts'

const never = new AbortController().signal
const GOOD = { about: 'exists', state: 'ok', says: 'It is there.' } as const
const forever = () => new Promise<never>(() => {})

/** An inspection that gives these, and then does this. */
const giving = (values: readonly unknown[], then: () => unknown = () => {}) =>
  async function* () {
    yield* values
    await then()
  }

it('collects findings in their order', async () => {
  const other = { about: 'durability', state: 'warning', says: 'It is brittle.' }
  expect(await collect(giving([GOOD, other]), never)).toEqual([GOOD, other])
})

describe('what an adapter should not do', () => {
  it.each([
    ['throw an error', giving([GOOD], () => Promise.reject(new Error('Open the gate.'))), 'Open the gate.'],
    ['throw something else', giving([GOOD], () => Promise.reject('no reason')), 'no reason'],
    ['give what cannot be gone through', (() => 7) as never, 'not']
  ])('%s: a fault', async (_what, inspect, says) => {
    const last = (await collect(inspect, never)).at(-1)
    expect(last).toMatchObject({ about: 'reachable', state: 'fault', says: expect.stringContaining(says) })
  })

  it.each([
    null,
    'ok',
    { ...GOOD, state: 'fine' },
    { ...GOOD, about: 'weather' },
    { ...GOOD, says: '' },
    { ...GOOD, says: 7 }
  ])('give %j for a finding: said to be none', async value => {
    const findings = await collect(giving([value, GOOD]), never)
    expect(inShort(findings)).toEqual(['reachable: unknown', 'exists: ok'])
  })

  it('find nothing: said to be so', async () => {
    expect(inShort(await collect(giving([]), never))).toEqual(['reachable: unknown'])
  })
})

describe('an inspection that goes on', () => {
  it.each([
    ['before it has found anything', [], ['reachable: fault']],
    ['after a finding', [GOOD], ['exists: ok', 'reachable: fault']]
  ])('%s is left alone', async (_when, values, found) => {
    const ending = new AbortController()
    const collected = collect(giving(values, forever), ending.signal)
    await sleep(0)
    ending.abort(new Error('Enough.'))
    const findings = await within(1000, collected, 'its end')
    expect(inShort(findings)).toEqual(found)
    expect(findings.at(-1)?.says).toBe('Enough.')
  })

  it('is not begun when it is over already', async () => {
    const ended = AbortSignal.abort(new Error('Enough.'))
    expect(inShort(await collect(giving([], forever), ended))).toEqual(['reachable: fault'])
  })

  it('is told to close what it has opened, even late', async () => {
    const ending = new AbortController()
    const late = Promise.withResolvers<void>()
    const closed = Promise.withResolvers<void>()
    const inspect = async function* () {
      try {
        await late.promise
        yield GOOD
      } finally {
        closed.resolve()
      }
    }
    const collected = collect(inspect, ending.signal)
    ending.abort(new Error('Enough.'))
    expect(inShort(await collected)).toEqual(['reachable: fault'])
    late.resolve()
    await within(1000, closed.promise, 'the end')
  })
})
