import { describe, expect, test, vi } from 'vitest'
import { assertAccepted, deliver } from '../../src/deliver/deliver.ts'
import type { Destination, PublishResult } from '../../src/deliver/destination.ts'
import { EventError, UnavailableError } from '../../src/errors.ts'
import { sampleEvent } from '../../src/testing/sample-event.ts'

const event = sampleEvent()
const { signal } = new AbortController()

function destination(name: string, publish: Destination['publish']): Destination {
  return { name, connected: true, publish, close: async () => {} }
}

const accepted = (name: string): PublishResult => ({ destination: name, outcome: 'accepted', seconds: 0 })
const refused = (refusal: EventError | UnavailableError): PublishResult => ({
  destination: 'x',
  outcome: refusal instanceof EventError ? 'refused' : 'unavailable',
  seconds: 0,
  refusal
})

describe('deliver', () => {
  test('publishes to all side by side, and settles with the last of them, in their order', async () => {
    const gates = new Map<string, (result: PublishResult) => void>()
    const publish = vi.fn<Destination['publish']>()
    const destinations = ['a', 'b', 'c'].map(name =>
      destination(name, (...given) => {
        void publish(...given)
        return new Promise(resolve => gates.set(name, resolve))
      })
    )
    const settled = vi.fn()
    const results = deliver(event, destinations, signal).finally(settled)
    expect([...gates.keys()]).toEqual(['a', 'b', 'c'])
    expect(publish.mock.calls).toEqual(Array(3).fill([event, signal]))
    gates.get('c')?.(accepted('c'))
    gates.get('a')?.(refused(new UnavailableError('down')))
    await new Promise(setImmediate)
    expect(settled).not.toHaveBeenCalled()
    gates.get('b')?.(accepted('b'))
    expect((await results).map(({ outcome }) => outcome)).toEqual(['unavailable', 'accepted', 'accepted'])
  })

  test('to nowhere is done', async () => {
    expect(await deliver(event, [], signal)).toEqual([])
  })
})

describe('assertAccepted', () => {
  const never = new EventError('too large')
  const later = new UnavailableError('no leader')

  test('is content when all have accepted', () => {
    expect(() => assertAccepted([])).not.toThrow()
    expect(() => assertAccepted([accepted('a'), accepted('b')])).not.toThrow()
  })

  test.each([
    ['one refused for good', [accepted('a'), refused(never)], never],
    ['one is down', [refused(later), accepted('b')], later],
    [
      'one refused for good and one is down: the redelivery may help the latter',
      [refused(never), refused(later)],
      later
    ],
    ['the same, the other way round', [refused(later), refused(never)], later]
  ])('throws when %s', (_name, results, refusal) => {
    const thrown = vi.fn()
    try {
      assertAccepted(results)
    } catch (error) {
      thrown(error)
    }
    expect(thrown.mock.calls).toEqual([[refusal]])
    expect(thrown.mock.calls[0]?.[0]).toBe(refusal)
  })
})
