import { describe, expect } from 'vitest'
import { EventError, UnavailableError } from '../../../src/adapter.ts'
import { sampleEvent } from '../../../src/testing/sample-event.ts'
import { openFront } from '../../brokers/eventbridge/front.ts'
import { eventOf, it, publish, publishTogether, refusalOf, typesAsked, typesIn } from './fronted.ts'

const large = (type: string, bytes: number) => sampleEvent(JSON.stringify({ '': 'x'.repeat(bytes) }), { type })

describe('one that no bus can take, among others:', () => {
  it.for([
    ['too large', large('bad', 2 ** 20), 'larger than EventBridge takes'],
    ['a type that is too long', eventOf('x'.repeat(129)), 'type has 129 characters'],
    ['no JSON, as AWS says', sampleEvent('{', { type: 'bad' }), "does not take the event's detail for JSON"]
  ] as const)('%s', async ([_what, bad, says], { front, bus, adapter }) => {
    const [first, a, refused, b] = publishTogether(adapter, [eventOf('first'), eventOf('a'), bad, eventOf('b')])
    const refusal = await refusalOf(refused ?? expect.fail())
    expect(refusal).toBeInstanceOf(EventError)
    expect(refusal.message).toContain(says)
    await Promise.all([first, a, b])
    expect(await typesIn(bus)).toEqual(['a', 'b', 'first'])
    expect(front.requests).toHaveLength(2)
  })

  it('no object, where the data alone are the detail', async ({ front, bus, connect }) => {
    const adapter = await connect({ detail: 'data' })
    const dataOf = (data: string) => publish(adapter, sampleEvent(data))
    const [first, a, refused, b] = ['{"n":1.0}', '{"n":2}', '[]', '{"n":3}'].map(dataOf)
    expect(await refusalOf(refused ?? expect.fail())).toBeInstanceOf(EventError)
    await Promise.all([first, a, b])
    expect((await bus.received()).map(({ detail }) => detail).sort()).toEqual(['{"n":1.0}', '{"n":2}', '{"n":3}'])
    expect(front.requests).toHaveLength(2)
  })
})

it('a leap second goes through without a time of the entry', async ({ front, adapter }) => {
  const leap = sampleEvent(undefined, { time: '2016-12-31T23:59:60Z' })
  await Promise.all(publishTogether(adapter, [sampleEvent(), sampleEvent(), leap, sampleEvent()]))
  const [, entries = []] = front.requests
  expect(entries.map(({ Time }) => Time)).toEqual([1_769_083_200.123, undefined, 1_769_083_200.123])
})

/** The second request in halves; or no more than half of its bytes in each of these. */
const HALVES = [['a', 'b'], ['c']]
const HALF_THE_BYTES = [['a'], ['b'], ['c']]

it.for([
  ['ValidationException', { status: 400, type: 'ValidationException' }, HALVES],
  ['RequestEntityTooLargeException', { status: 413, type: 'RequestEntityTooLargeException' }, HALVES],
  ['413 of a proxy', { status: 413, body: '<html>Too large</html>' }, HALF_THE_BYTES],
  ['413 without a word', { status: 413, body: '' }, HALF_THE_BYTES]
] as const)('%s: entries of one request go again in parts', async ([_what, answer, parts], { front, bus, adapter }) => {
  front.answer(answer, 2)
  const [alone, ...together] = publishTogether(adapter, ['alone', 'a', 'b', 'c'].map(eventOf))
  const refusal = await refusalOf(alone ?? expect.fail())
  expect(refusal).toBeInstanceOf(UnavailableError)
  expect(refusal.message).toMatch(`EventBridge refused the event for the bus "${bus.name}"`)
  expect(new Set(await Promise.all(together)).size).toBe(3)
  const [first, second, ...again] = typesAsked(front)
  expect([first, second]).toEqual([['alone'], ['a', 'b', 'c']])
  expect(again.sort()).toEqual(parts)
  expect(await typesIn(bus)).toEqual(['a', 'b', 'c'])
})

it('where AWS takes less than sizeLimit, what it does take goes through', async ({ eventbridge, bus, connect }) => {
  const narrow = await openFront(eventbridge.endpoint, 2 ** 18)
  try {
    const adapter = await connect({ endpoint: narrow.endpoint })
    const events = [eventOf('first'), large('a', 200_000), large('large', 300_000), large('b', 200_000)]
    const [first, a, refused, b] = publishTogether(adapter, events)
    const refusal = await refusalOf(refused ?? expect.fail())
    expect(refusal).toBeInstanceOf(UnavailableError)
    expect(refusal.message).toMatch(/Total size .* over the limit.*ValidationException.* lower sizeLimit/)
    await Promise.all([first, a, b])
    expect(await typesIn(bus)).toEqual(['a', 'b', 'first'])
  } finally {
    await narrow.close()
  }
})

it.for([
  ['ThrottlingException', 400],
  ['InternalException', 500],
  ['ServiceUnavailable', 503]
] as const)('%s: all go again together', async ([type, status], { front, bus, adapter }) => {
  front.answer({ status, type }, 4)
  await Promise.all(publishTogether(adapter, ['first', 'a', 'b'].map(eventOf)))
  expect(front.requests.length).toBeLessThan(7)
  expect(await typesIn(bus)).toEqual(['a', 'b', 'first'])
})

it.for(['AccessDeniedException', 'ExpiredTokenException', 'ResourceNotFoundException'])(
  '%s: nothing goes again',
  async (type, { front, bus, adapter }) => {
    front.answer({ status: 400, type })
    for (const publication of publishTogether(adapter, ['first', 'a', 'b'].map(eventOf))) {
      const refusal = await refusalOf(publication)
      expect(refusal).toBeInstanceOf(UnavailableError)
      expect(refusal.message).toContain(`"${bus.name}"`)
      expect(refusal.message).toContain(`${type})`)
    }
    expect(typesAsked(front)).toEqual([['first'], ['a', 'b']])
    front.pass()
    await publish(adapter)
  }
)
