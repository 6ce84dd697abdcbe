import { describe, expect, test, vi } from 'vitest'
import { createAccepted } from '../../src/deliver/accepted.ts'
import { createClock } from './clock.ts'
import { createMarks } from './marks.ts'

const HOUR = 3_600_000
const never = new AbortController().signal

describe('in memory', () => {
  const create = (maxEntries = 100) => {
    const clock = createClock()
    return { clock, accepted: createAccepted({ ttl: HOUR, maxEntries, now: clock.now }) }
  }

  test('nothing is accepted before it is', async () => {
    const { accepted } = create()
    await accepted.recall('//a msg_1', ['t', 'u'], never)
    expect(accepted.has('//a msg_1', 't')).toBe(false)
  })

  test('is what this destination accepted of this event', () => {
    const { accepted } = create()
    accepted.add('//a msg_1', 't')
    expect(accepted.has('//a msg_1', 't')).toBe(true)
    expect(accepted.has('//a msg_1', 'u')).toBe(false)
    expect(accepted.has('//a msg_2', 't')).toBe(false)
    expect(accepted.has('//b msg_1', 't')).toBe(false)
  })

  test('for as long as it should be, from the last time', async () => {
    const { clock, accepted } = create()
    accepted.add('//a msg_1', 't')
    accepted.add('//a msg_2', 't')
    await clock.pass(HOUR)
    expect(accepted.has('//a msg_1', 't')).toBe(true)
    accepted.add('//a msg_2', 't')
    await clock.pass(1)
    expect(accepted.has('//a msg_1', 't')).toBe(false)
    expect(accepted.has('//a msg_2', 't')).toBe(true)
  })

  test('no more than there should be: the oldest are forgotten', () => {
    const { accepted } = create(3)
    for (const id of [1, 2, 3, 4]) accepted.add(`//a msg_${id}`, 't')
    expect([1, 2, 3, 4].map(id => accepted.has(`//a msg_${id}`, 't'))).toEqual([false, true, true, true])
  })
})

describe('in a shared memory', () => {
  const create = () => {
    const clock = createClock()
    const marks = createMarks()
    const onSilence = vi.fn()
    const shared = { marks, nameOf: (name: string) => `the topic of ${name}` }
    return {
      clock,
      marks,
      onSilence,
      accepted: createAccepted({ ttl: HOUR, maxEntries: 100, shared, onSilence, now: clock.now })
    }
  }

  test('what is accepted here is marked there, by the name that the destination has there', () => {
    const { marks, accepted } = create()
    accepted.add('//a msg_1', 't')
    expect(marks.add.mock.calls).toEqual([['//a msg_1', 'the topic of t']])
  })

  test('what others accepted is recalled, once', async () => {
    const { marks, accepted, onSilence } = create()
    marks.marked.add('//a msg_1: the topic of u')
    await accepted.recall('//a msg_1', ['t', 'u'], never)
    expect(marks.find.mock.calls).toEqual([['//a msg_1', ['the topic of t', 'the topic of u']]])
    expect(accepted.has('//a msg_1', 't')).toBe(false)
    expect(accepted.has('//a msg_1', 'u')).toBe(true)
    // What is known need not be asked for, nor told.
    await accepted.recall('//a msg_1', ['t', 'u'], never)
    expect(marks.find).toHaveBeenLastCalledWith('//a msg_1', ['the topic of t'])
    accepted.add('//a msg_1', 't')
    await accepted.recall('//a msg_1', ['t', 'u'], never)
    expect(marks.find).toHaveBeenCalledTimes(2)
    expect(marks.add).toHaveBeenCalledTimes(1)
    expect(onSilence).not.toHaveBeenCalled()
  })

  test('is asked again when what it said is too old', async () => {
    const { clock, marks, accepted } = create()
    marks.marked.add('//a msg_1: the topic of t')
    await accepted.recall('//a msg_1', ['t'], never)
    marks.marked.clear()
    await clock.pass(HOUR + 1)
    await accepted.recall('//a msg_1', ['t'], never)
    expect(accepted.has('//a msg_1', 't')).toBe(false)
  })

  test('no answer means that nothing is known, and is told', async () => {
    const { marks, accepted, onSilence } = create()
    marks.marked.add('//a msg_1: the topic of t')
    marks.silent = true
    await accepted.recall('//a msg_1', ['t', 'u'], never)
    expect(accepted.has('//a msg_1', 't')).toBe(false)
    expect(onSilence).toHaveBeenCalledTimes(2)
    marks.silent = false
    await accepted.recall('//a msg_1', ['t', 'u'], never)
    expect(accepted.has('//a msg_1', 't')).toBe(true)
    expect(onSilence).toHaveBeenCalledTimes(2)
  })

  test('is not asked for longer than the delivery may take', async () => {
    const clock = createClock()
    const marks = { find: () => new Promise<undefined>(() => {}), add() {}, close: async () => {} }
    const accepted = createAccepted({ ttl: HOUR, maxEntries: 100, now: clock.now, shared: { marks, nameOf: String } })
    const deadline = new AbortController()
    const recalled = accepted.recall('//a msg_1', ['t'], deadline.signal)
    deadline.abort()
    await expect(recalled).resolves.toBeUndefined()
  })
})
