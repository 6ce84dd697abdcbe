import { expect, test, vi } from 'vitest'
import { createBury } from '../../src/deliver/bury.ts'
import { toDeadLetter } from '../../src/deliver/dead-letter.ts'
import type { Outcome } from '../../src/deliver/destination.ts'
import { EventError, UnavailableError } from '../../src/errors.ts'
import { sampleEvent } from '../../src/testing/sample-event.ts'
import { scripted } from './scripted.ts'

const typePrefix = 'com.google.gemini.'
const never = new AbortController().signal
const event = sampleEvent()
const body = Buffer.from('{"type":"batch.succeeded"}')
const refusal = new EventError('analytics takes 10 bytes.')

function create(outcome?: Outcome) {
  const to = scripted('parking', outcome)
  const onDeadLetter = vi.fn()
  return { to, onDeadLetter, bury: createBury(to, typePrefix, onDeadLetter) }
}

test('publishes the dead letter, and says that it stands for the destination', async () => {
  const { to, onDeadLetter, bury } = create('accepted')
  const result = await bury(event, { destination: 'analytics', body, refusal }, never, () => {})
  expect(result).toEqual({ destination: 'analytics', outcome: 'deadLettered', seconds: 0.01, refusal })
  expect(to.calls.map(({ event }) => event)).toEqual([
    toDeadLetter(event, { destination: 'analytics', body, reason: 'ERR_EVENT', typePrefix })
  ])
  expect(to.calls[0]?.signal).toBe(never)
  expect(onDeadLetter.mock.calls).toEqual([['analytics', refusal]])
})

test('a body that is no event is of no destination', async () => {
  const { to, onDeadLetter, bury } = create('accepted')
  const result = await bury({ id: 'msg_1', source: '//a' }, { body, refusal }, never, () => {})
  expect(result).toMatchObject({ destination: 'envelope', outcome: 'deadLettered' })
  expect(to.calls[0]?.event).not.toHaveProperty('deadletterdest')
  expect(onDeadLetter.mock.calls).toEqual([['envelope', refusal]])
})

test.each<[Outcome, string]>([
  ['unavailable', 'parking is down.'],
  ['refused', 'parking takes 10 bytes.']
])('a dead letter that is %s makes it a matter of later', async (outcome, reason) => {
  const { onDeadLetter, bury } = create(outcome)
  const result = await bury(event, { destination: 'analytics', body, refusal }, never, () => {})
  expect(result).toMatchObject({ destination: 'analytics', outcome: 'unavailable' })
  expect(result.refusal).toBeInstanceOf(UnavailableError)
  expect(result.refusal?.message).toBe(
    `analytics takes 10 bytes. The dead letter "parking" has not taken it: ${reason}`
  )
  expect(onDeadLetter).not.toHaveBeenCalled()
})

test('a late acceptance by the dead letter is told', async () => {
  const { to, onDeadLetter, bury } = create()
  const deadline = new AbortController()
  const onLateAcceptance = vi.fn()
  const burying = bury(event, { destination: 'analytics', body, refusal }, deadline.signal, onLateAcceptance)
  deadline.abort()
  expect((await burying).outcome).toBe('unavailable')
  expect(onLateAcceptance).not.toHaveBeenCalled()
  to.calls[0]?.answer('accepted')
  expect(onLateAcceptance).toHaveBeenCalledTimes(1)
  expect(onDeadLetter).toHaveBeenCalledTimes(1)
})
