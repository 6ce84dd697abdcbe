import { expect, onTestFinished } from 'vitest'
import type { Adapter } from '../../../src/adapter.ts'
import { UnavailableError } from '../../../src/errors.ts'
import { within } from '../../../src/testing/expect.ts'
import { sampleEvent } from '../../../src/testing/sample-event.ts'
import { openFront } from '../../brokers/pubsub/front.ts'
import { it as base, uniqueTopic } from '../../brokers/pubsub/shared.ts'
import { connect, publish } from './connect.ts'

const it = base.extend('front', async ({ at }, { onCleanup }) => {
  const front = await openFront(at)
  onCleanup(() => front.close())
  return front
})

/** What one event is refused with. */
async function refusalOf(adapter: Adapter, deadline?: number): Promise<Error> {
  const refusal = await publish(adapter, undefined, deadline).then(
    () => expect.fail('it was accepted'),
    (error: unknown) => error
  )
  expect(refusal).toBeInstanceOf(UnavailableError)
  return refusal instanceof Error ? refusal : expect.fail(`not an error: ${refusal}`)
}

it('a request that is refused for one event brings its neighbours home', async ({ front, peer, subscription }) => {
  const bad = sampleEvent('{"bad":true}', { id: 'bad' })
  const holdsIt = ({ messages }: { messages: readonly { attributes: Readonly<Record<string, string>> }[] }) =>
    messages.some(({ attributes }) => attributes['ce-id'] === 'bad')
  front.answer({ code: 3, message: 'Invalid data in message.' }, { when: holdsIt })
  const adapter = await connect(front.at, subscription)
  const neighbours = Array.from({ length: 20 }, () => sampleEvent())
  const accepted = neighbours.slice(0, 10).map(event => publish(adapter, event))
  const refused = publish(adapter, bad).catch((error: unknown) => error)
  await Promise.all([...accepted, ...neighbours.slice(10).map(event => publish(adapter, event))])
  expect(await refused).toBeInstanceOf(UnavailableError)
  expect(await refused).toMatchObject({
    message: expect.stringContaining('(Invalid data in message., INVALID_ARGUMENT)')
  })
  const sizes = front.requests.filter(holdsIt).map(({ messages }) => messages.length)
  expect(sizes.at(-1)).toBe(1)
  for (const [index, size] of sizes.slice(1).entries())
    expect(size).toBeLessThanOrEqual(Math.ceil((sizes[index] ?? 0) / 2))
  const ids = (await peer.read(subscription)).map(({ attributes }) => attributes['ce-id'])
  expect(ids.toSorted()).toEqual(neighbours.map(({ id }) => id).toSorted())
})

it.for([
  [5, 'NOT_FOUND', /Create the topic/],
  [7, 'PERMISSION_DENIED', /Grant .* roles\/pubsub\.publisher/],
  [9, 'FAILED_PRECONDITION', /encryption key/],
  [12, 'UNIMPLEMENTED', /Correct endpoint/],
  [16, 'UNAUTHENTICATED', /credentials/]
] as const)(
  '%i %s is said at once, and needs no restart once it is mended',
  async ([code, name, says], { front, topic }) => {
    const adapter = await connect(front.at, topic)
    front.answer({ code, message: 'so it is' })
    const { message } = await within(2000, refusalOf(adapter), 'the refusal')
    // What credentials are refused for, nobody repeats.
    const quoted = !['UNIMPLEMENTED', 'UNAUTHENTICATED'].includes(name)
    expect(message).toContain(quoted ? `(so it is, ${name})` : `(${name})`)
    expect(message).toContain(`/topics/${topic}"`)
    expect(message).toMatch(says)
    expect(front.requests).toHaveLength(1)
    front.pass()
    await publish(adapter)
  }
)

it.for([
  [1, 'CANCELLED'],
  [2, 'UNKNOWN'],
  [4, 'answer'],
  [8, 'RESOURCE_EXHAUSTED'],
  [10, 'ABORTED'],
  [13, 'INTERNAL'],
  [14, 'UNAVAILABLE']
] as const)('%i is tried again until the deadline, and then said: %s', async ([code, says], { front, topic }) => {
  const adapter = await connect(front.at, topic)
  front.answer({ code }, { times: 2 })
  await publish(adapter)
  expect(front.requests).toHaveLength(3)
  front.answer({ code })
  const { message } = await refusalOf(adapter, 400)
  expect(message).toContain(says)
  expect(message).toContain(`/topics/${topic}"`)
  expect(front.requests.length).toBeGreaterThan(4)
})

it('a topic that is deleted, once it is created again', async ({ at, peer }) => {
  const topic = uniqueTopic()
  await peer.createTopic(topic)
  const adapter = await connect(at, topic)
  await publish(adapter)
  await peer.deleteTopic(topic)
  expect((await refusalOf(adapter)).message).toMatch(`There is no "projects/test/topics/${topic}" in Pub/Sub`)
  await peer.createTopic(topic)
  onTestFinished(() => peer.deleteTopic(topic))
  await publish(adapter)
})
