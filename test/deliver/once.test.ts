import { describe, expect, test, vi } from 'vitest'
import { createAccepted } from '../../src/deliver/accepted.ts'
import { createOnce, type Lookup } from '../../src/deliver/once.ts'
import type { Ending, Result } from '../../src/deliver/result.ts'
import { UnavailableError } from '../../src/errors.ts'

const never = new AbortController().signal
const result = (outcome: Ending): Result => ({ destination: 't', outcome })

function create() {
  const onLookup = vi.fn<(lookup: Lookup) => void>()
  const once = createOnce(createAccepted({ ttl: 60_000, maxEntries: 100 }), onLookup)
  return { once, lookups: () => onLookup.mock.calls.flat() }
}

test.each<Ending>(['accepted', 'fallback', 'deadLettered'])('what ended as %s is done for good', async outcome => {
  const { once, lookups } = create()
  const work = vi.fn(async () => result(outcome))
  expect(await once('//a msg_1', 't', never, work)).toEqual(result(outcome))
  expect(await once('//a msg_1', 't', never, work)).toEqual({ destination: 't', outcome: 'duplicate' })
  expect(work).toHaveBeenCalledTimes(1)
  expect(lookups()).toEqual(['miss', 'hit'])
})

test.each<Ending>(['refused', 'unavailable', 'dropped'])('what ended as %s is done again', async outcome => {
  const { once, lookups } = create()
  const work = vi.fn(async () => result(outcome))
  await once('//a msg_1', 't', never, work)
  expect(await once('//a msg_1', 't', never, work)).toEqual(result(outcome))
  expect(work).toHaveBeenCalledTimes(2)
  expect(lookups()).toEqual(['miss', 'miss'])
})

test('so is what threw', async () => {
  const { once } = create()
  await expect(once('//a msg_1', 't', never, () => Promise.reject(new Error('boom')))).rejects.toThrow('boom')
  expect(await once('//a msg_1', 't', never, async () => result('accepted'))).toEqual(result('accepted'))
})

test('other events and other destinations are another matter', async () => {
  const { once, lookups } = create()
  const work = vi.fn(async () => result('accepted'))
  await once('//a msg_1', 't', never, work)
  await once('//a msg_1', 'u', never, work)
  await once('//a msg_2', 't', never, work)
  await once('//b msg_1', 't', never, work)
  expect(work).toHaveBeenCalledTimes(4)
  expect(lookups()).toEqual(Array(4).fill('miss'))
})

describe('while it is under way', () => {
  test('it is shared', async () => {
    const { once, lookups } = create()
    const gate = Promise.withResolvers<Result>()
    const work = vi.fn(() => gate.promise)
    const both = [once('//a msg_1', 't', never, work), once('//a msg_1', 't', never, work)]
    gate.resolve(result('accepted'))
    expect(await Promise.all(both)).toEqual([result('accepted'), result('accepted')])
    expect(work).toHaveBeenCalledTimes(1)
    expect(lookups()).toEqual(['miss', 'shared'])
  })

  test('who cannot wait any longer hears that it still may be accepted', async () => {
    const { once } = create()
    const gate = Promise.withResolvers<Result>()
    const deadline = new AbortController()
    const leaving = once('//a msg_1', 't', deadline.signal, () => gate.promise)
    const staying = once('//a msg_1', 't', never, () => gate.promise)
    deadline.abort()
    const { destination, outcome, refusal } = await leaving
    expect([destination, outcome]).toEqual(['t', 'unavailable'])
    expect(refusal).toBeInstanceOf(UnavailableError)
    expect(refusal?.message).toBe(
      'Destination "t" had not accepted the event by the end of limits.acknowledge; it still may. See why its broker is slow.'
    )
    gate.resolve(result('accepted'))
    expect(await staying).toEqual(result('accepted'))
  })
})

test('what is accepted when nobody waits any more is done for good', async () => {
  const { once, lookups } = create()
  const deadline = new AbortController()
  const late = Promise.withResolvers<() => void>()
  const given = once('//a msg_1', 't', deadline.signal, async (signal, onLateAcceptance) => {
    late.resolve(onLateAcceptance)
    await new Promise(resolve => signal.addEventListener('abort', resolve))
    return result('unavailable')
  })
  deadline.abort()
  expect(await given).toEqual(result('unavailable'))
  const accept = await late.promise
  accept()
  const work = vi.fn(async () => result('accepted'))
  expect((await once('//a msg_1', 't', never, work)).outcome).toBe('duplicate')
  expect(work).not.toHaveBeenCalled()
  expect(lookups()).toEqual(['miss', 'hit'])
})

test('without a memory everything is done each time, by its own deadline, and nothing is looked up', async () => {
  const onLookup = vi.fn()
  const once = createOnce(undefined, onLookup)
  const signals: AbortSignal[] = []
  const work = async (signal: AbortSignal, onLateAcceptance: () => void) => {
    signals.push(signal)
    onLateAcceptance()
    return result('accepted')
  }
  const other = new AbortController().signal
  const both = [once('//a msg_1', 't', never, work), once('//a msg_1', 't', other, work)]
  expect(await Promise.all(both)).toEqual([result('accepted'), result('accepted')])
  expect(await once('//a msg_1', 't', never, work)).toEqual(result('accepted'))
  expect(signals).toEqual([never, other, never])
  expect(onLookup).not.toHaveBeenCalled()
})
