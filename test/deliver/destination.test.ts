import { setImmediate as nextTurn } from 'node:timers/promises'
import pino from 'pino'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { type Adapter, type AdapterContext, defineAdapter, z } from '../../src/adapter.ts'
import { type Destination, openDestination } from '../../src/deliver/destination.ts'
import { EventError, UnavailableError } from '../../src/errors.ts'
import { sampleEvent } from '../../src/testing/sample-event.ts'

const timers = vi.hoisted(() => ({ sleep: vi.fn<(ms: number, value: undefined, options: object) => Promise<void>>() }))
vi.mock('node:timers/promises', async original => ({ ...(await original<object>()), setTimeout: timers.sleep }))
const { setTimeout: realSleep } = await vi.importActual<typeof import('node:timers/promises')>('node:timers/promises')

const onLateAcceptance = vi.fn<() => void>()
const event = sampleEvent()
const never = new AbortController().signal

beforeEach(() => {
  onLateAcceptance.mockReset()
  // Retries come at once, but not in the same turn of the event loop.
  timers.sleep.mockReset().mockImplementation(() => nextTurn())
})

function open(connect: (options: object, context: AdapterContext) => Adapter | Promise<Adapter>): Destination {
  const definition = defineAdapter({ name: 'fake', options: z.strictObject({}), connect })
  const log = pino({ level: 'silent' })
  return openDestination({ name: 'analytics', definition, options: { topic: 't' } }, { directory: '/etc/bridge', log })
}

const until = (check: () => void) => vi.waitFor(check, { interval: 1 })

/** A connected destination, over an adapter with this `publish`. */
async function connected(publish: Adapter['publish']): Promise<Destination> {
  const destination = open(() => ({ publish, close: async () => {} }))
  await until(() => expect(destination.connected).toBe(true))
  return destination
}

const accept: Adapter = { publish: async () => 'broker-1', close: async () => {} }

describe('connecting', () => {
  test('hands over the options, the name, the folder and a log', async () => {
    const connect = vi.fn((_options: object, _context: AdapterContext) => accept)
    const destination = open(connect)
    await until(() => expect(destination.connected).toBe(true))
    const [options, context] = connect.mock.calls[0] ?? []
    expect(options).toEqual({ topic: 't' })
    expect(context).toMatchObject({ destination: 'analytics', directory: '/etc/bridge' })
    expect(() => context?.log.info({}, 'hello')).not.toThrow()
    await destination.close()
  })

  test('goes on in the background until it succeeds, and then stops', async () => {
    const connect = vi
      .fn<() => Promise<Adapter>>()
      .mockRejectedValueOnce(new UnavailableError('no broker'))
      .mockRejectedValueOnce(new Error('still none'))
      .mockResolvedValue(accept)
    const destination = open(connect)
    expect(destination.connected).toBe(false)
    await until(() => expect(destination.connected).toBe(true))
    expect(await destination.publish(event, never)).toMatchObject({ outcome: 'accepted' })
    await nextTurn()
    expect(connect).toHaveBeenCalledTimes(3)
    await destination.close()
  })

  test('waits longer each time, never in step with other replicas, and no more than five seconds', async () => {
    let attempts = 0
    const destination = open(() => {
      attempts += 1
      if (attempts <= 9) throw new Error('no broker')
      return accept
    })
    await until(() => expect(destination.connected).toBe(true))
    const longest = [100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000]
    const waits = timers.sleep.mock.calls.map(([ms]) => ms)
    expect(waits).toHaveLength(longest.length)
    for (const [index, wait] of waits.entries()) {
      expect(wait).toBeLessThanOrEqual(longest[index] ?? 0)
      expect(wait).toBeGreaterThanOrEqual((longest[index] ?? Infinity) / 2)
    }
    expect(new Set(waits.slice(-3)).size).toBe(3)
    await destination.close()
  })

  test.each([
    ['nothing', undefined],
    ['an object without a text', Object.create(null)],
    ['a symbol', Symbol('s')],
    ['an error that has none either', Object.assign(new Error(), { toString: null, [Symbol.toPrimitive]: 1 })]
  ])('survives an adapter that throws %s', async (_what, thrown) => {
    const connect = vi.fn<() => Adapter>().mockImplementationOnce(() => {
      throw thrown
    })
    const destination = open(connect.mockReturnValue(accept))
    await until(() => expect(destination.connected).toBe(true))
    await destination.close()
  })

  test('an outage afterwards does not undo it', async () => {
    const destination = await connected(() => Promise.reject(new UnavailableError('broker gone')))
    expect(await destination.publish(event, never)).toMatchObject({ outcome: 'unavailable' })
    expect(destination.connected).toBe(true)
  })
})

describe('publishing before there is a connection', () => {
  test('is unavailable at once', async () => {
    const destination = open(() => new Promise(() => {}))
    const { outcome, seconds, refusal } = await destination.publish(event, never)
    expect(outcome).toBe('unavailable')
    expect(seconds).toBeUndefined()
    expect(refusal).toBeInstanceOf(UnavailableError)
    expect(refusal?.message).toBe('Destination "analytics" is not connected yet. See whether its broker answers.')
  })

  test('says why there is none', async () => {
    timers.sleep.mockImplementation((ms, value, options) => realSleep(60_000 + ms, value, options))
    const destination = open(() => Promise.reject(new UnavailableError('no broker at kafka:9092')))
    await until(() => expect(timers.sleep).toHaveBeenCalled())
    const { refusal } = await destination.publish(event, never)
    expect(refusal?.message).toMatch('no broker at kafka:9092')
    await destination.close()
  })
})

describe('publishing', () => {
  test('hands over the event and the signal as they are, and is accepted', async () => {
    const publish = vi.fn<Adapter['publish']>().mockResolvedValue('broker-1')
    const destination = await connected(publish)
    const result = await destination.publish(event, never, onLateAcceptance)
    expect(result).toEqual({
      destination: 'analytics',
      outcome: 'accepted',
      seconds: expect.any(Number),
      messageId: 'broker-1'
    })
    expect(publish.mock.calls).toEqual([[event, never]])
    expect(publish.mock.calls[0]?.[0]).toBe(event)
    expect(onLateAcceptance).not.toHaveBeenCalled()
  })

  test('measures how long it took', async () => {
    const destination = await connected(async () => {
      await realSleep(30)
      return ''
    })
    const { seconds } = await destination.publish(event, never)
    expect(seconds).toBeGreaterThan(0.025)
    expect(seconds).toBeLessThan(5)
  })

  test.each([
    ['an EventError', new EventError('too large'), 'refused'],
    ['an UnavailableError', new UnavailableError('no leader'), 'unavailable']
  ])('passes on %s', async (_name, thrown, outcome) => {
    const destination = await connected(() => Promise.reject(thrown))
    const result = await destination.publish(event, never)
    expect(result).toMatchObject({ outcome })
    expect(result.refusal).toBe(thrown)
  })

  test.each([
    ['ERR_EVENT', 'refused', EventError],
    ['ERR_DESTINATION', 'unavailable', UnavailableError]
  ])("knows another copy's error by its code %s", async (code, outcome, ours) => {
    const foreign = Object.assign(new Error('what happened, and what to do'), { code })
    const result = await (await connected(() => Promise.reject(foreign))).publish(event, never)
    expect(result.outcome).toBe(outcome)
    expect(result.refusal).toBeInstanceOf(ours)
    expect(result.refusal).toMatchObject({ code, message: foreign.message, cause: foreign })
  })

  test.each([
    ['another code', Object.assign(new Error('boom'), { code: 'ECONNRESET' })],
    ["the code of the bridge's own refusals", Object.assign(new Error('boom'), { code: 'ERR_BUSY' })],
    ['the code on something that is no error', { code: 'ERR_EVENT', message: 'boom' }]
  ])('takes %s for a fault that may pass', async (_name, thrown) => {
    const { outcome, refusal } = await (await connected(() => Promise.reject(thrown))).publish(event, never)
    expect(outcome).toBe('unavailable')
    expect(refusal).toBeInstanceOf(UnavailableError)
    expect(refusal).toMatchObject({ code: 'ERR_DESTINATION', message: expect.stringMatching(/"analytics" failed \(/) })
  })

  test.each([
    ['an Error', new Error('boom'), 'Error: boom'],
    ['a string', 'boom', 'boom'],
    ['nothing', undefined, 'undefined'],
    ['null', null, 'null'],
    ['a symbol', Symbol('boom'), 'Symbol(boom)'],
    ['an object without a text', Object.create(null), 'an unprintable object']
  ])('%s may pass, so a redelivery is wanted', async (_name, thrown, text) => {
    for (const publish of [
      () => Promise.reject(thrown),
      () => {
        throw thrown
      }
    ]) {
      const { outcome, refusal } = await (await connected(publish)).publish(event, never)
      expect(outcome).toBe('unavailable')
      expect(refusal).toBeInstanceOf(UnavailableError)
      expect(refusal).toMatchObject({
        message: expect.stringContaining(`"analytics" failed (${text}). Report it`),
        cause: thrown
      })
    }
  })

  test('is not accepted by an adapter that forgets to give its promise', async () => {
    const destination = await connected((() => undefined) as unknown as Adapter['publish'])
    expect(await destination.publish(event, never)).toMatchObject({ outcome: 'unavailable' })
  })

  test('is accepted by an adapter with promises of its own kind', async () => {
    // biome-ignore lint/suspicious/noThenProperty: that is what it is
    const thenable = { then: (resolve: (id: string) => void) => resolve('id') }
    const destination = await connected((() => thenable) as unknown as Adapter['publish'])
    expect(await destination.publish(event, never)).toMatchObject({ outcome: 'accepted' })
  })

  test('is refused while a thousand that were given up go on all the same', async () => {
    const ends: (() => void)[] = []
    const destination = await connected(() => new Promise(resolve => ends.push(() => resolve('id'))))
    const deadline = new AbortController()
    const given = Array.from({ length: 1000 }, () => destination.publish(event, deadline.signal))
    deadline.abort()
    await Promise.all(given)
    const { outcome, refusal } = await destination.publish(event, never)
    expect(outcome).toBe('unavailable')
    expect(refusal?.message).toContain('was not asked: 1000 publishes have not ended')
    expect(ends).toHaveLength(1000)
    ends[0]?.()
    await nextTurn()
    const next = destination.publish(event, never)
    ends[1000]?.()
    expect(await next).toMatchObject({ outcome: 'accepted' })
  })

  test('runs side by side', async () => {
    const gates: (() => void)[] = []
    const destination = await connected(() => new Promise(resolve => gates.push(() => resolve('id'))))
    const results = [1, 2, 3].map(() => destination.publish(event, never))
    expect(gates).toHaveLength(3)
    for (const open of gates.reverse()) open()
    expect((await Promise.all(results)).map(({ outcome }) => outcome)).toEqual(Array(3).fill('accepted'))
  })
})

describe('the deadline', () => {
  test('ends the publish of an adapter that ignores the signal', async () => {
    const deadline = new AbortController()
    const destination = await connected(() => new Promise(() => {}))
    const result = destination.publish(event, deadline.signal, onLateAcceptance)
    await nextTurn()
    const start = performance.now()
    deadline.abort()
    const { outcome, refusal } = await result
    expect(performance.now() - start).toBeLessThan(500)
    expect(outcome).toBe('unavailable')
    expect(refusal?.message).toBe(
      'Destination "analytics" had not accepted the event by the end of limits.acknowledge; it still may. See why its broker is slow.'
    )
  })

  test('that has passed before keeps the event from the adapter', async () => {
    const publish = vi.fn<Adapter['publish']>(() => new Promise(() => {}))
    const destination = await connected(publish)
    const { outcome, refusal } = await destination.publish(event, AbortSignal.abort())
    expect(outcome).toBe('unavailable')
    expect(refusal?.message).toMatch('limits.acknowledge')
    expect(publish).not.toHaveBeenCalled()
  })

  test('makes an acceptance late, which is told once', async () => {
    const deadline = new AbortController()
    const gate = Promise.withResolvers<string>()
    const destination = await connected(() => gate.promise)
    const result = destination.publish(event, deadline.signal, onLateAcceptance)
    deadline.abort()
    expect(await result).toMatchObject({ outcome: 'unavailable' })
    expect(onLateAcceptance).not.toHaveBeenCalled()
    gate.resolve('broker-1')
    await nextTurn()
    expect(onLateAcceptance).toHaveBeenCalledExactlyOnceWith()
  })

  test('and an acceptance in one breath are not both told', async () => {
    const deadline = new AbortController()
    const destination = await connected(
      (_event, signal) => new Promise(resolve => signal.addEventListener('abort', () => resolve('broker-1')))
    )
    const result = destination.publish(event, deadline.signal, onLateAcceptance)
    deadline.abort()
    expect(await result).toMatchObject({ outcome: 'unavailable' })
    expect(onLateAcceptance).toHaveBeenCalledTimes(1)
  })

  test('makes no late failure heard', async () => {
    const deadline = new AbortController()
    const gate = Promise.withResolvers<string>()
    const destination = await connected(() => gate.promise)
    const result = destination.publish(event, deadline.signal, onLateAcceptance)
    deadline.abort()
    await result
    const unhandled = vi.fn()
    process.on('unhandledRejection', unhandled)
    gate.reject(new Error('too late'))
    await nextTurn()
    process.off('unhandledRejection', unhandled)
    expect(unhandled).not.toHaveBeenCalled()
    expect(onLateAcceptance).not.toHaveBeenCalled()
  })

  test('after all is over finds nothing left to reject', async () => {
    const unhandled = vi.fn()
    process.on('unhandledRejection', unhandled)
    const outcomes: Adapter['publish'][] = [
      accept.publish,
      () => Promise.reject(new Error('no')),
      () => {
        throw new Error('thrown, not rejected')
      }
    ]
    for (const publish of outcomes) {
      const deadline = new AbortController()
      await (await connected(publish)).publish(event, deadline.signal, onLateAcceptance)
      deadline.abort()
      await nextTurn()
    }
    process.off('unhandledRejection', unhandled)
    expect(unhandled).not.toHaveBeenCalled()
    expect(onLateAcceptance).not.toHaveBeenCalled()
  })

  test('leaves no listener on the signal that other destinations share', async () => {
    const { signal } = new AbortController()
    const remove = vi.spyOn(signal, 'removeEventListener')
    const add = vi.spyOn(signal, 'addEventListener')
    for (const publish of [accept.publish, () => Promise.reject(new Error('no'))]) {
      await (await connected(publish)).publish(event, signal)
    }
    expect(add).toHaveBeenCalledTimes(2)
    expect(remove.mock.calls.map(([, listener]) => listener)).toEqual(add.mock.calls.map(([, listener]) => listener))
  })
})

describe('closing', () => {
  test('closes the connection, once', async () => {
    const close = vi.fn(async () => {})
    const destination = open(() => ({ ...accept, close }))
    await until(() => expect(destination.connected).toBe(true))
    await destination.close()
    expect(close).toHaveBeenCalledTimes(1)
  })

  test('waits for publishes that were told to give up, so that no connection is closed under them', async () => {
    const order: string[] = []
    const gate = Promise.withResolvers<string>()
    const destination = open(() => ({
      publish: () => gate.promise.finally(() => order.push('settled')),
      close: async () => void order.push('closed')
    }))
    await until(() => expect(destination.connected).toBe(true))
    const deadline = new AbortController()
    const publishing = destination.publish(event, deadline.signal)
    deadline.abort()
    expect((await publishing).outcome).toBe('unavailable')
    const closing = destination.close()
    gate.resolve('late')
    await closing
    expect(order).toEqual(['settled', 'closed'])
  })

  test('while waiting to connect again stops that, at once', async () => {
    timers.sleep.mockImplementation((ms, value, options) => realSleep(60_000 + ms, value, options))
    const connect = vi.fn(() => Promise.reject(new Error('no broker')))
    const destination = open(connect)
    await until(() => expect(timers.sleep).toHaveBeenCalled())
    const start = performance.now()
    await destination.close()
    expect(performance.now() - start).toBeLessThan(1000)
    expect(connect).toHaveBeenCalledTimes(1)
    expect(destination.connected).toBe(false)
  })

  test('while connecting closes what comes of it, and does not try again', async () => {
    const close = vi.fn(async () => {})
    const gate = Promise.withResolvers<Adapter>()
    const closed = open(() => gate.promise).close()
    gate.resolve({ ...accept, close })
    await closed
    expect(close).toHaveBeenCalledTimes(1)

    const connect = vi.fn(() => Promise.reject(new Error('no broker')))
    await open(connect).close()
    expect(connect).toHaveBeenCalledTimes(1)
  })
})
