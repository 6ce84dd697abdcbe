import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import type { Adapter } from '../../../src/adapter.ts'
import { UnavailableError } from '../../../src/errors.ts'
import { sampleEvent } from '../../../src/testing/sample-event.ts'
import { openFront, type PubsubRequest } from '../../brokers/pubsub/front.ts'
import type { Peer } from '../../brokers/pubsub/peer.ts'
import { it as base } from '../../brokers/pubsub/shared.ts'
import { connect, publish } from './connect.ts'

const KEYS = ['batches/1', 'batches/2', 'batches/3']
const EVENTS = 20

/** A front before the shared server, and a subscription that gives messages of one key in their order. */
const it = base
  .extend('front', async ({ at }, { onCleanup }) => {
    const front = await openFront(at)
    onCleanup(() => front.close())
    return front
  })
  .extend('ordered', async ({ peer, topic }, { onCleanup }) => {
    await peer.createSubscription(topic, { ordering: true })
    onCleanup(() => peer.deleteSubscription(topic))
    return topic
  })

interface Refused {
  readonly key: string
  readonly index: number
  readonly reason: unknown
}

const event = (partitionkey: string, index: number) => sampleEvent('{}', { partitionkey, id: `${index}` })
const has = (key: string, index: number) => (request: PubsubRequest) =>
  request.messages.some(({ attributes, orderingKey }) => orderingKey === key && attributes['ce-id'] === `${index}`)

/** Publishes the events of each key in their order, while requests are in flight; those that were refused, with why. */
async function publishAll(adapter: Adapter): Promise<Refused[]> {
  const outcomes: Promise<Refused | undefined>[] = []
  for (let index = 0; index < EVENTS; index++) {
    for (const key of KEYS) {
      const accepted = publish(adapter, event(key, index)).then(() => undefined)
      outcomes.push(accepted.catch((reason: unknown) => ({ key, index, reason })))
    }
    await sleep(3)
  }
  return (await Promise.all(outcomes)).filter(outcome => outcome !== undefined)
}

/** The events of a key, as the server gives them; the first of each. */
async function received(peer: Peer, subscription: string, key: string): Promise<number[]> {
  const messages = (await peer.read(subscription)).filter(({ orderingKey }) => orderingKey === key)
  return [...new Set(messages.map(({ attributes }) => Number(attributes['ce-id'])))]
}

const all = Array.from({ length: EVENTS }, (_, index) => index)

it('events of two keys share no request, and those of one key share many', async ({ front, topic }) => {
  front.answer({ delay: 20 })
  const adapter = await connect(front.at, topic, { orderingKey: true })
  expect(await publishAll(adapter)).toEqual([])
  for (const { messages } of front.requests) {
    expect(new Set(messages.map(({ orderingKey }) => orderingKey)).size).toBe(1)
  }
  expect(front.requests.length).toBeLessThan(EVENTS * KEYS.length)
})

it.for([
  ['refuses once', { code: 14 }],
  ['has, and says otherwise', { code: 14, forward: true }],
  ['never answers', { delay: Infinity }]
] as const)(
  'the order of a key outlives a request that the service %s',
  async ([, answer], { front, peer, ordered }) => {
    front.answer(answer, { times: 1, when: has('batches/2', 5) })
    const adapter = await connect(front.at, ordered, { orderingKey: true })
    expect(await publishAll(adapter)).toEqual([])
    for (const key of KEYS) expect(await received(peer, ordered, key)).toEqual(all)
    expect(front.requests.filter(has('batches/2', 5))).toHaveLength(2)
  }
)

it('an event that is refused for good holds up none after it', async ({ front, peer, ordered }) => {
  front.answer({ code: 3, message: 'no' }, { when: has('batches/2', 5) })
  const adapter = await connect(front.at, ordered, { orderingKey: true })
  const refused = await publishAll(adapter)
  expect(refused).toEqual([{ key: 'batches/2', index: 5, reason: expect.any(UnavailableError) }])
  for (const key of KEYS) {
    expect(await received(peer, ordered, key)).toEqual(all.filter(index => key !== 'batches/2' || index !== 5))
  }
})
