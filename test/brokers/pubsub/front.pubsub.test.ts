import { expect, onTestFinished } from 'vitest'
import { openFront } from './front.ts'
import { connectPeer } from './peer.ts'
import { startPstest } from './pstest.ts'
import { it as base } from './shared.ts'

/** A front before the shared server, and the peer as its client. */
const it = base
  .extend('front', async ({ at }, { onCleanup }) => {
    const front = await openFront(at)
    onCleanup(() => front.close())
    return front
  })
  .extend('client', ({ pubsub, front }) => connectPeer(pubsub.peer, front.at, { timeoutMs: 5000 }))

const hello = { data: Buffer.from('hello'), attributes: { a: 'b' }, orderingKey: 'k' }

it('passes calls and answers, and keeps what was published', async ({ front, client, peer, topic, subscription }) => {
  const large = { data: Buffer.alloc(200_000, 'x'), attributes: {}, orderingKey: '' }
  const ids = [await client.publish(topic, hello), await client.publish(topic, large)]
  const stored = await peer.read(subscription)
  expect(stored.map(({ messageId }) => messageId).sort()).toEqual(ids.sort())
  expect(stored).toEqual(expect.arrayContaining([expect.objectContaining(hello), expect.objectContaining(large)]))
  expect(front.requests).toMatchObject([{ messages: [hello] }, { messages: [large] }])
  expect(front.requests[0]).toMatchObject({ path: '/google.pubsub.v1.Publisher/Publish', headers: { te: 'trailers' } })
  await expect(client.createTopic(topic)).rejects.toMatchObject({ code: 'AlreadyExists' })
})

it.for([
  [1, 'Canceled'],
  [2, 'Unknown'],
  [3, 'InvalidArgument'],
  [4, 'DeadlineExceeded'],
  [5, 'NotFound'],
  [7, 'PermissionDenied'],
  [8, 'ResourceExhausted'],
  [9, 'FailedPrecondition'],
  [10, 'Aborted'],
  [13, 'Internal'],
  [14, 'Unavailable'],
  [16, 'Unauthenticated']
] as const)('answers with status %i', async ([code, name], { front, client, peer, topic, subscription }) => {
  front.answer({ code, message: 'no: 100% „nein“' })
  const refusal = { code: name, message: `${name}: no: 100% „nein“` }
  await expect(client.publish(topic, hello)).rejects.toMatchObject(refusal)
  await expect(client.publish(topic, hello)).rejects.toMatchObject(refusal)
  front.pass()
  await client.publish(topic, hello)
  expect(await peer.read(subscription)).toHaveLength(1)
  expect(front.requests).toHaveLength(3)
})

it('answers the next so many, of those that are meant', async ({ front, client, topic }) => {
  front.answer({ code: 7 }, { times: 1, when: ({ messages }) => messages[0]?.orderingKey === 'k' })
  await client.publish(topic, { ...hello, orderingKey: '' })
  await expect(client.publish(topic, hello)).rejects.toMatchObject({ code: 'PermissionDenied' })
  await client.publish(topic, hello)
})

it('tells otherwise what the server has done', async ({ front, client, peer, topic, subscription }) => {
  front.answer({ code: 14, forward: true })
  await expect(client.publish(topic, hello)).rejects.toMatchObject({ code: 'Unavailable' })
  expect(await peer.read(subscription)).toMatchObject([hello])
})

it('delays, and never answers', async ({ pubsub, front, client, topic }) => {
  front.answer({ delay: 200 })
  const start = performance.now()
  await client.publish(topic, hello)
  expect(performance.now() - start).toBeGreaterThan(199)
  front.answer({ delay: Infinity })
  const impatient = connectPeer(pubsub.peer, front.at, { timeoutMs: 500 })
  await expect(impatient.publish(topic, hello)).rejects.toMatchObject({ code: 'DeadlineExceeded' })
})

it('is unavailable while its server is', async ({ pubsub }) => {
  const server = await startPstest()
  onTestFinished(() => server.stop())
  const front = await openFront(server.at)
  onTestFinished(() => front.close())
  const client = connectPeer(pubsub.peer, front.at)
  await client.createTopic('behind')
  await server.kill()
  await expect(client.publish('behind', hello)).rejects.toMatchObject({ code: 'Unavailable' })
  await server.start()
  await client.createTopic('behind')
})
