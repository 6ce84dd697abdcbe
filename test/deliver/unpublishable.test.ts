import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { keyOf } from '../../src/deliver/key.ts'
import { EventError } from '../../src/errors.ts'
import { bestEffort, body, createScripted, event, outcomes, required } from './scripted-deliverer.ts'

describe('the dead letter', () => {
  test('has what a required destination can never take, and neither is asked again', async () => {
    const { a, b, parking, deliver } = createScripted(required('a', 'b'), { deadLetter: true })
    a.outcome = 'refused'
    b.outcome = 'accepted'
    expect(outcomes(await deliver())).toEqual(['a deadLettered', 'b accepted'])
    expect(parking.calls.map(({ event }) => event)).toEqual([
      expect.objectContaining({ originalid: event.id, deadletterdest: 'a', deadletterreason: 'ERR_EVENT', data: body })
    ])
    expect(outcomes(await deliver())).toEqual(['a duplicate', 'b duplicate'])
    expect([a.calls.length, parking.calls.length]).toEqual([1, 1])
  })

  test('has one for each destination that refused', async () => {
    const { a, b, parking, deliver } = createScripted(required('a', 'b'), { deadLetter: true })
    a.outcome = 'refused'
    b.outcome = 'refused'
    expect(outcomes(await deliver())).toEqual(['a deadLettered', 'b deadLettered'])
    expect(parking.calls.map(({ event }) => event['deadletterdest'])).toEqual(['a', 'b'])
  })

  test('has nothing of an outage', async () => {
    const { a, parking, deliver } = createScripted(required('a'), { deadLetter: true })
    a.outcome = 'unavailable'
    expect(outcomes(await deliver())).toEqual(['a unavailable'])
    expect(parking.calls).toEqual([])
  })

  test('has nothing of best effort', async () => {
    const { a, b, parking, background, deliver } = createScripted([...required('a'), ...bestEffort('b')], {
      deadLetter: true
    })
    a.outcome = 'accepted'
    b.outcome = 'refused'
    await deliver()
    await background.idle()
    expect(parking.calls).toEqual([])
  })

  test('that is down or refuses makes it a matter of later, for the destination as well', async () => {
    for (const outcome of ['unavailable', 'refused'] as const) {
      const { a, parking, deliver } = createScripted(required('a'), { deadLetter: true })
      a.outcome = 'refused'
      parking.outcome = outcome
      expect(outcomes(await deliver())).toEqual(['a unavailable'])
      a.outcome = 'accepted'
      expect(outcomes(await deliver())).toEqual(['a accepted'])
    }
  })

  test('that accepts too late has it all the same', async () => {
    const { a, parking, deliver } = createScripted(required('a'), { deadLetter: true })
    a.outcome = 'refused'
    parking.outcome = undefined
    const deadline = new AbortController()
    const delivering = deliver(deadline.signal)
    await nextTurn()
    deadline.abort()
    expect(outcomes(await delivering)).toEqual(['a unavailable'])
    parking.calls[0]?.answer('accepted')
    expect(outcomes(await deliver())).toEqual(['a duplicate'])
  })

  test('where there is none, the refusal stands', async () => {
    const { a, deliver } = createScripted(required('a'))
    a.outcome = 'refused'
    expect((await deliver())[0]?.refusal).toBeInstanceOf(EventError)
    expect(a.calls).toHaveLength(1)
  })
})

describe('a body that is no event', () => {
  const refusal = new EventError('The verified body is not JSON.')

  test('goes to the dead letter, once', async () => {
    const { parking, marks, deliverUnreadable } = createScripted(required('a'), { deadLetter: true })
    expect(outcomes(await deliverUnreadable(refusal))).toEqual(['envelope deadLettered'])
    expect(parking.calls[0]?.event).toMatchObject({ id: 'msg_1.dead_letter.envelope', source: '//a', data: body })
    expect(marks.find.mock.calls).toEqual([[keyOf({ source: '//a', id: 'msg_1' }), ['.envelope']]])
    // By the name that it had the first time.
    expect(outcomes(await deliverUnreadable(refusal))).toEqual(['envelope duplicate'])
    expect(parking.calls).toHaveLength(1)
  })

  test('is delivered again where the dead letter is down', async () => {
    const { parking, deliverUnreadable } = createScripted(required('a'), { deadLetter: true })
    parking.outcome = 'unavailable'
    expect(outcomes(await deliverUnreadable(refusal))).toEqual(['envelope unavailable'])
    parking.outcome = 'accepted'
    expect(outcomes(await deliverUnreadable(refusal))).toEqual(['envelope deadLettered'])
  })

  test('is refused where there is no dead letter', async () => {
    await expect(createScripted(required('a')).deliverUnreadable(refusal)).rejects.toBe(refusal)
  })
})
