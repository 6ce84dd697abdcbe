import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import { createFlights } from '../../src/deliver/flights.ts'

const never = new AbortController().signal

/** Work that ends when its test says so, with whatever signals it was given. */
function work() {
  const signals: AbortSignal[] = []
  const gates: PromiseWithResolvers<string>[] = []
  const start = (signal: AbortSignal) => {
    signals.push(signal)
    const gate = Promise.withResolvers<string>()
    gates.push(gate)
    return gate.promise
  }
  return { start, signals, gates }
}
const left = () => 'left'

describe('one piece of work', () => {
  test('is shared by all who ask while it is under way', async () => {
    const { share, has } = createFlights<string>()
    const { start, gates } = work()
    const answers = [share('a', never, start, left), share('a', never, start, left), share('a', never, start, left)]
    expect(gates).toHaveLength(1)
    expect(has('a')).toBe(true)
    gates[0]?.resolve('done')
    expect(await Promise.all(answers)).toEqual(['done', 'done', 'done'])
    expect(has('a')).toBe(false)
  })

  test('is nothing to those who ask under another key, or when it is done', async () => {
    const { share } = createFlights<string>()
    const { start, gates } = work()
    const a = share('a', never, start, left)
    const b = share('b', never, start, left)
    gates[0]?.resolve('of a')
    gates[1]?.resolve('of b')
    expect(await Promise.all([a, b])).toEqual(['of a', 'of b'])
    const again = share('a', never, start, left)
    gates[2]?.resolve('anew')
    expect(await again).toBe('anew')
  })

  test('that fails does so for all, and makes way', async () => {
    const { share, has } = createFlights<string>()
    const { start, gates } = work()
    const answers = [share('a', never, start, left), share('a', never, start, left)]
    gates[0]?.reject(new Error('boom'))
    const settled = await Promise.allSettled(answers)
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(has('a')).toBe(false)
  })
})

describe('a caller who leaves', () => {
  test('is told at once; the others stay, and so does the work', async () => {
    const { share } = createFlights<string>()
    const { start, signals, gates } = work()
    const first = new AbortController()
    const leaving = share('a', first.signal, start, left)
    const staying = share('a', never, start, left)
    first.abort()
    expect(await leaving).toBe('left')
    expect(signals[0]?.aborted).toBe(false)
    gates[0]?.resolve('done')
    expect(await staying).toBe('done')
    expect(gates).toHaveLength(1)
  })

  test('as the last ends the work, and still gets what comes of it', async () => {
    const { share, has } = createFlights<string>()
    const { start, signals, gates } = work()
    const first = new AbortController()
    const last = new AbortController()
    const leaving = share('a', first.signal, start, left)
    const staying = share('a', last.signal, start, left)
    first.abort()
    await leaving
    expect(signals[0]?.aborted).toBe(false)
    last.abort()
    expect(signals[0]?.aborted).toBe(true)
    expect(has('a')).toBe(false)
    gates[0]?.resolve('just in time')
    expect(await staying).toBe('just in time')
  })

  test('takes nobody with him who comes after', async () => {
    const { share, has } = createFlights<string>()
    const { start, signals, gates } = work()
    const first = new AbortController()
    const abandoned = share('a', first.signal, start, left)
    first.abort()
    const next = share('a', never, start, left)
    expect(gates).toHaveLength(2)
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false])
    // The end of the one does not end the other's right to be shared.
    gates[0]?.resolve('too late')
    expect(await abandoned).toBe('too late')
    expect(has('a')).toBe(true)
    const joined = share('a', never, start, left)
    gates[1]?.resolve('done')
    expect(await Promise.all([next, joined])).toEqual(['done', 'done'])
    expect(gates).toHaveLength(2)
  })

  test('before he came finds the work of others, and leaves it alone', async () => {
    const { share } = createFlights<string>()
    const { start, signals, gates } = work()
    const staying = share('a', never, start, left)
    expect(await share('a', AbortSignal.abort(), start, left)).toBe('left')
    expect(signals[0]?.aborted).toBe(false)
    gates[0]?.resolve('done')
    expect(await staying).toBe('done')
  })

  test('before he came, and alone, begins nothing that is not told so at its beginning', async () => {
    const { share, has } = createFlights<string>()
    const start = vi.fn(async (signal: AbortSignal) => (signal.aborted ? 'not begun' : 'begun'))
    expect(await share('a', AbortSignal.abort(), start, left)).toBe('not begun')
    expect(has('a')).toBe(false)
  })

  test('makes no failure unheard of', async () => {
    const { share } = createFlights<string>()
    const { start, gates } = work()
    const unhandled = vi.fn()
    process.on('unhandledRejection', unhandled)
    const first = new AbortController()
    const leaving = share('a', first.signal, start, left)
    const staying = share('a', never, start, left)
    first.abort()
    await leaving
    gates[0]?.reject(new Error('boom'))
    await expect(staying).rejects.toThrow('boom')
    await nextTurn()
    process.off('unhandledRejection', unhandled)
    expect(unhandled).not.toHaveBeenCalled()
  })
})

test('no listener is left on a signal that lives on', async () => {
  const { share } = createFlights<string>()
  const { signal } = new AbortController()
  const add = vi.spyOn(signal, 'addEventListener')
  const remove = vi.spyOn(signal, 'removeEventListener')
  await share('a', signal, async () => 'done', left)
  await share('a', signal, () => Promise.reject(new Error('boom')), left).catch(() => {})
  expect(add).toHaveBeenCalledTimes(2)
  expect(remove.mock.calls.map(([, listener]) => listener)).toEqual(add.mock.calls.map(([, listener]) => listener))
})
