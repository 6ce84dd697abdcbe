import { describe, expect, test } from 'vitest'
import { assertSettled, type Ending, isSettled, type Result } from '../../src/deliver/result.ts'
import { EventError, UnavailableError } from '../../src/errors.ts'

test.each<[Ending, boolean]>([
  ['accepted', true],
  ['duplicate', true],
  ['fallback', true],
  ['deadLettered', true],
  ['refused', false],
  ['unavailable', false],
  ['dropped', false]
])('%s is settled: %s', (outcome, settled) => {
  expect(isSettled({ destination: 't', outcome })).toBe(settled)
})

describe('assertSettled', () => {
  const tooLarge = new EventError('too large')
  const noLeader = new UnavailableError('no leader')
  const full = new UnavailableError('full', { code: 'ERR_BUSY' })
  const accepted: Result = { destination: 'a', outcome: 'accepted' }
  // Its refusal is for the log: the dead letter has the event.
  const buried: Result = { destination: 'b', outcome: 'deadLettered', refusal: tooLarge }
  const never: Result = { destination: 'c', outcome: 'refused', refusal: tooLarge }
  const later: Result = { destination: 'd', outcome: 'unavailable', refusal: noLeader }
  const dropped: Result = { destination: 'e', outcome: 'dropped', refusal: full }

  test('is content with nothing, and when all are settled', () => {
    expect(() => assertSettled([])).not.toThrow()
    expect(() => assertSettled([accepted, buried])).not.toThrow()
  })

  test.each<[string, readonly Result[], Error]>([
    ['one refused for good', [accepted, never], tooLarge],
    ['one is down', [later, accepted], noLeader],
    ['one is down and one was dead-lettered', [buried, later], noLeader],
    ['one refused for good and one is down: the redelivery may help the latter', [never, later], noLeader],
    ['the same, the other way round', [later, never], noLeader],
    ['there was no room', [never, dropped], full]
  ])('throws when %s', (_name, results, refusal) => {
    let thrown: unknown
    try {
      assertSettled(results)
    } catch (error) {
      thrown = error
    }
    expect(thrown).toBe(refusal)
  })
})
