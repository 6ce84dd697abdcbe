import { expect } from 'vitest'
import { EventError } from '../../../src/errors.ts'
import { sampleEvent } from '../../../src/testing/sample-event.ts'
import { openFront, type PubsubRequest } from '../../brokers/pubsub/front.ts'
import { it as base } from '../../brokers/pubsub/shared.ts'
import { connect, publish } from './connect.ts'

const INVALID_ARGUMENT = 3
const LONG_KEY = 'k'.repeat(1025)

/** Refuses a whole request for one message above a limit, as the service does and no server for tests. */
const it = base.extend('front', async ({ at }, { onCleanup }) => {
  const front = await openFront(at)
  front.answer({ code: INVALID_ARGUMENT }, { when: isAboveLimits })
  onCleanup(() => front.close())
  return front
})

function isAboveLimits({ messages }: PubsubRequest): boolean {
  return messages.some(({ attributes, orderingKey }) => {
    const pairs = Object.entries(attributes)
    const tooLarge = pairs.some(([name, value]) => Buffer.byteLength(name) > 256 || Buffer.byteLength(value) > 1024)
    return tooLarge || pairs.length > 100 || Buffer.byteLength(orderingKey) > 1024
  })
}

const many = Object.fromEntries(Array.from({ length: 120 }, (_, index) => [`x${index}`, 'y']))

it.for([
  ['value', { tenant: 'é'.repeat(600) }, {}],
  ['name', { ['n'.repeat(260)]: 'y' }, {}],
  ['count', many, {}],
  ['ordering key', { partitionkey: LONG_KEY }, { orderingKey: true }]
] as const)(
  'an attribute above the limit of its %s goes through, and so do its neighbours in the request',
  async ([, attributes, options], { front, peer, subscription }) => {
    const adapter = await connect(front.at, subscription, options)
    const odd = sampleEvent('{"odd":true}', attributes)
    // Only what has the same ordering key may share a request.
    const neighbours = [1, 2, 3].map(() => sampleEvent('{}', 'orderingKey' in options ? attributes : {}))
    const [first, ...others] = neighbours
    await Promise.all([first, odd, ...others].map(event => publish(adapter, event)))
    const [shared] = front.requests.filter(({ messages }) => messages.some(({ data }) => String(data).includes('odd')))
    expect(shared?.messages.length).toBeGreaterThan(1)
    expect(front.requests).toHaveLength(2)
    expect((await peer.read(subscription)).map(({ attributes }) => attributes['ce-id']).toSorted()).toEqual(
      [odd, ...neighbours].map(({ id }) => id).toSorted()
    )
  }
)

it('a message above the limit is refused before it is sent, and its neighbours go through', async ({
  front,
  peer,
  subscription
}) => {
  const adapter = await connect(front.at, subscription)
  const neighbours = [1, 2, 3].map(() => sampleEvent())
  const [first, ...others] = neighbours.map(event => publish(adapter, event))
  await expect(publish(adapter, sampleEvent(Buffer.alloc(10_000_000)))).rejects.toBeInstanceOf(EventError)
  await Promise.all([first, ...others])
  expect(front.requests.flatMap(({ messages }) => messages)).toHaveLength(3)
  expect(await peer.read(subscription)).toHaveLength(3)
})
