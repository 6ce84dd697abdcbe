import { expect, vi } from 'vitest'
import { EventError, UnavailableError } from '../../../src/adapter.ts'
import { eventOf, it, publish, publishTogether, refusalOf, typesAsked, typesIn } from './fronted.ts'

const isBad = ({ DetailType = '' }) => DetailType.startsWith('bad')

it.for(['InternalFailure', 'ThrottlingException', 'InternalException', 'ACodeOfLaterYears'])(
  '%s: only the entries that have failed are sent again',
  async (code, { front, bus, adapter }) => {
    front.failEntries(isBad, code, 3)
    const events = ['first', 'a', 'bad1', 'b', 'bad2', 'c'].map(eventOf)
    const ids = await Promise.all(publishTogether(adapter, events))
    expect(new Set(ids).size).toBe(6)
    expect(typesAsked(front)).toEqual([['first'], ['a', 'bad1', 'b', 'bad2', 'c'], ['bad1', 'bad2'], ['bad1', 'bad2']])
    expect(await typesIn(bus)).toEqual(['a', 'b', 'bad1', 'bad2', 'c', 'first'])
  }
)

it.for([
  ['AccessDeniedException', 'does not let the bridge put events on the bus'],
  ['NotAuthorizedForSourceException', 'does not let the bridge put events on the bus'],
  ['NotAuthorizedForDetailTypeException', 'does not let the bridge put events on the bus'],
  ['InvalidAccountIdException', "refused the bridge's credentials for the bus"],
  ['ResourceNotFoundException', 'There is no bus'],
  ['InvalidArgument', 'refused the event for the bus'],
  ['RedactionFailure', 'refused the event for the bus'],
  ['MalformedDetail', "does not take the event's detail for JSON, on the bus"]
] as const)(
  '%s: the entry is refused at once, and the others are not',
  async ([code, says], { front, bus, adapter }) => {
    front.failEntries(isBad, code)
    const [first, a, bad, b] = publishTogether(adapter, ['first', 'a', 'bad', 'b'].map(eventOf))
    const refusal = await refusalOf(bad ?? expect.fail())
    expect(refusal).toBeInstanceOf(code === 'MalformedDetail' ? EventError : UnavailableError)
    expect(refusal.message).toContain(`${says} "${bus.name}"`)
    expect(refusal.message).toContain(`${code})`)
    await Promise.all([first, a, b])
    expect(typesAsked(front)).toEqual([['first'], ['a', 'bad', 'b']])
    expect(await typesIn(bus)).toEqual(['a', 'b', 'first'])
  }
)

it('an entry that always fails is refused by the deadline, with the reason', async ({ front, bus, adapter }) => {
  front.failEntries(isBad, 'ThrottlingException')
  const [first, a, bad, b] = publishTogether(adapter, ['first', 'a', 'bad', 'b'].map(eventOf))
  const refusal = await refusalOf(bad ?? expect.fail())
  expect(refusal).toBeInstanceOf(UnavailableError)
  expect(refusal.message).toContain(`takes no more events for the bus "${bus.name}" now (ThrottlingException)`)
  await Promise.all([first, a, b])
  const [, , ...again] = typesAsked(front)
  expect(again.length).toBeGreaterThan(2)
  expect(again.flat()).toEqual(again.map(() => 'bad'))
  // Nothing is sent after its deadline. The next is refused while that is still in hand.
  await vi.waitFor(() => publish(adapter, eventOf('later')), { timeout: 2000 })
  expect(typesAsked(front).slice(2)).toEqual([...again, ['later']])
})

it('an answer that leaves out an entry accepts the others', async ({ front, bus, adapter }) => {
  const body = JSON.stringify({ FailedEntryCount: 0, Entries: [{ EventId: 'first' }] })
  await publish(adapter, eventOf('first'))
  front.answer({ status: 200, body }, 1)
  expect(await publish(adapter, eventOf('a'))).toBe('first')
  front.answer({ status: 200, body: '{}' }, 1)
  await publish(adapter, eventOf('b'))
  expect(typesAsked(front)).toEqual([['first'], ['a'], ['b'], ['b']])
  expect(await typesIn(bus)).toEqual(['b', 'first'])
})

it.for([
  ['an empty id', { EventId: '' }],
  ['null for an id', { EventId: null }],
  ['nothing', {}]
])('an entry with %s is not accepted, and is sent again', async ([, entry], { front, bus, adapter }) => {
  front.answer({ status: 200, body: JSON.stringify({ FailedEntryCount: 0, Entries: [entry] }) }, 1)
  expect(await publish(adapter, eventOf('a'))).toMatch(/./)
  expect(typesAsked(front)).toEqual([['a'], ['a']])
  expect(await typesIn(bus)).toEqual(['a'])
})
