import { expect, onTestFinished, vi } from 'vitest'
import { temporaryFolder } from '../watchdog.ts'
import { connectPeer, type Peer, type SubscriptionOptions } from './peer.ts'
import { goProgram } from './program.ts'
import { it, uniqueTopic } from './shared.ts'

it('reads a message as it was published', async ({ peer, topic, subscription }) => {
  const message = { data: Buffer.from([0, 255]), attributes: { 'ce-subject': 'ä\n', empty: '' }, orderingKey: 'k' }
  const before = Date.now()
  const messageId = await peer.publish(topic, message)
  const [stored] = await peer.read(subscription)
  expect(stored).toEqual({ ...message, messageId, publishTime: expect.any(String) })
  expect(Date.parse(stored?.publishTime ?? '')).toBeGreaterThanOrEqual(before)
})

it('reads at once what was acknowledged, each message once', async ({ peer, topic, subscription }) => {
  const published: string[] = []
  for (const round of [1, 2, 3]) {
    const numbers = Array.from({ length: 50 }, (_, index) => `${round}-${index}`)
    published.push(...(await Promise.all(numbers.map(number => peer.publish(topic, { data: Buffer.from(number) })))))
    const readers = await Promise.all([peer.read(subscription), peer.read(subscription)])
    for (const messages of readers)
      expect(messages.map(({ messageId }) => messageId).sort()).toEqual(published.toSorted())
  }
})

it('reads the messages of one ordering key in their order', async ({ pubsub, pstest }) => {
  const peer = connectPeer(pubsub.peer, pstest)
  const topic = await newTopic(peer, { ordering: true })
  const numbers = Array.from({ length: 30 }, (_, index) => String(index))
  for (const number of numbers) await peer.publish(topic, { data: Buffer.from(number), orderingKey: 'k' })
  expect((await peer.read(topic)).map(({ data }) => String(data))).toEqual(numbers)
})

it('sees that pstest honours filters', async ({ pubsub, pstest }) => {
  expect(await filtered(connectPeer(pubsub.peer, pstest))).toEqual(['wanted'])
})

it('sees that the emulator ignores filters', async ({ pubsub, emulator, skip }) => {
  if (pubsub.pstest === null) skip('TEST_PUBSUB_EMULATOR_HOST may name any server')
  expect(await filtered(connectPeer(pubsub.peer, emulator))).toEqual(['wanted', 'other'])
})

async function filtered(peer: Peer): Promise<unknown[]> {
  const topic = await newTopic(peer, { filter: 'attributes.ce-type = "wanted"' })
  for (const type of ['wanted', 'other'])
    await peer.publish(topic, { data: Buffer.from('x'), attributes: { 'ce-type': type } })
  return (await peer.read(topic)).map(({ attributes }) => attributes['ce-type'])
}

async function newTopic(peer: Peer, subscription: SubscriptionOptions): Promise<string> {
  const topic = uniqueTopic()
  await peer.createTopic(topic)
  onTestFinished(() => peer.deleteTopic(topic))
  await peer.createSubscription(topic, subscription)
  onTestFinished(() => peer.deleteSubscription(topic))
  return topic
}

it('says by which status something has failed', async ({ peer, topic }) => {
  await expect(peer.publish(uniqueTopic(), { data: Buffer.from('x') })).rejects.toMatchObject({ code: 'NotFound' })
  await expect(peer.createTopic(topic)).rejects.toMatchObject({ code: 'AlreadyExists' })
})

it('says what to install where there is no Go', async ({ pubsub }) => {
  expect(pubsub.peer).toBeGreaterThan(0)
  const cache = temporaryFolder('no-go-')
  onTestFinished(async () => {
    vi.unstubAllEnvs()
    await cache.remove()
  })
  vi.stubEnv('BROKER_CACHE', cache.path)
  vi.stubEnv('PATH', cache.path)
  await expect(goProgram()).rejects.toThrow('install Go')
})
