import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, vi } from 'vitest'
import { openClient, type PubsubClient } from '../../../adapters/pubsub/client.ts'
import type { PubsubMessage } from '../../../adapters/pubsub/message.ts'
import { UnavailableError } from '../../../src/errors.ts'
import { within } from '../../../src/testing/expect.ts'
import { openFaultProxy } from '../../brokers/proxy.ts'
import { openFront, type PubsubFront } from '../../brokers/pubsub/front.ts'
import { PROJECT } from '../../brokers/pubsub/peer.ts'
import { it as base } from '../../brokers/pubsub/shared.ts'
import { connect, publish } from './connect.ts'
import { connectPubsub } from './harness.ts'

const portOf = (front: PubsubFront) => Number(front.at.split(':')[1])
const message = (text: string): PubsubMessage => ({ data: Buffer.from(text), attributes: {} })
/** What the front was asked to publish, in its order. */
const asked = (front: PubsubFront) => front.requests.flatMap(({ messages }) => messages.map(({ data }) => String(data)))
const never = new AbortController().signal
/** How nobody waits any more, and how the adapter closes. */
const reasons = [new DOMException('Nobody waits.', 'TimeoutError'), new UnavailableError('It is being closed.')]

/** The way to the shared server: a proxy, and behind it a front. */
const it = base
  .extend('front', async ({ at }, { onCleanup }) => {
    const front = await openFront(at)
    onCleanup(() => front.close())
    return front
  })
  .extend('proxy', async ({ front }, { onCleanup }) => {
    const proxy = await openFaultProxy({ port: 0, target: portOf(front) })
    onCleanup(() => proxy.close())
    return proxy
  })
  .extend('client', async ({ proxy, topic }, { onCleanup }): Promise<PubsubClient> => {
    vi.stubEnv('PUBSUB_EMULATOR_HOST', `127.0.0.1:${proxy.port}`)
    const client = await openClient({ topic: `projects/${PROJECT}/topics/${topic}` })
    vi.unstubAllEnvs()
    onCleanup(() => client.close())
    return client
  })

it('a request that is never answered ends after 3 s, and the next takes another connection', async ({
  at,
  front,
  proxy,
  topic
}) => {
  const way = `127.0.0.1:${proxy.port}`
  const [adapter, idle] = await Promise.all([connect(way, topic), connect(way, topic)])
  // Another destination has a connection of its own, which the first shall not take for a new one.
  await Promise.all([publish(adapter), publish(idle)])
  const next = await openFront(at)
  try {
    // Whoever is connected stays with the first front, which has fallen silent.
    front.answer({ delay: Infinity })
    proxy.target = portOf(next)
    const start = performance.now()
    await publish(adapter)
    expect(performance.now() - start).toBeGreaterThan(2900)
    await Promise.all(Array.from({ length: 5 }, () => publish(adapter)))
    expect(front.requests).toHaveLength(3)
    expect(next.requests.flatMap(({ messages }) => messages)).toHaveLength(6)
    await vi.waitFor(() => expect(proxy.connections).toBe(2), { timeout: 5000 })
  } finally {
    await next.close()
  }
})

it('what a new connection takes over, the old one still answers', async ({ front, client }) => {
  await client.publish([message('first')], never, false)
  front.answer({ delay: Infinity }, { when: ({ messages }) => String(messages[0]?.data) === 'hung' })
  const hung = client.publish([message('hung')], never, false).catch((error: unknown) => error)
  await vi.waitFor(() => expect(asked(front)).toContain('hung'))
  // It is in flight when the first has waited for 3 s, and its connection is replaced.
  await sleep(2000)
  front.answer({ delay: 1500 })
  const slow = client.publish([message('slow')], never, false)
  expect(await hung).toMatchObject({ code: 4 })
  expect(await slow).toHaveLength(1)
})

it('a service that is slower than a first attempt may be has the time it needs in the next', async ({
  proxy,
  front,
  topic
}) => {
  const adapter = await connect(`127.0.0.1:${proxy.port}`, topic)
  front.answer({ delay: 3500 })
  await publish(adapter, undefined, 9000)
  expect(front.requests).toHaveLength(2)
})

it.for(reasons)('an aborted request ends at once: %s', async (reason, { front, client }) => {
  front.answer({ delay: Infinity })
  const abort = new AbortController()
  const outcome = client.publish([message('hung')], abort.signal, false).catch((error: unknown) => error)
  await vi.waitFor(() => expect(asked(front)).toEqual(['hung']))
  abort.abort(reason)
  expect(await within(1000, outcome, 'the end of the request')).toBe(reason)
  expect(await client.publish([message('late')], abort.signal, false).catch((error: unknown) => error)).toBe(reason)
  front.pass()
  await client.publish([message('next')], never, false)
  expect(asked(front)).toEqual(['hung', 'next'])
})

it.for(reasons)(
  'of what was aborted before there was a connection, nothing is sent later: %s',
  async (reason, { front, proxy, client }) => {
    await proxy.hold()
    const abort = new AbortController()
    const outcome = client.publish([message('aborted')], abort.signal, false).catch((error: unknown) => error)
    await vi.waitFor(() => expect(proxy.held.requests).toBeGreaterThan(0))
    abort.abort(reason)
    expect(await within(1000, outcome, 'the end of the request')).toBe(reason)
    // As the adapter closes.
    if (reason instanceof UnavailableError) await client.close()
    await proxy.pass()
    const sentinel = connect(`127.0.0.1:${proxy.port}`, client.topic.split('/')[3] ?? '')
    await publish(await sentinel)
    expect(front.requests).toHaveLength(1)
    expect(asked(front)).not.toContain('aborted')
  }
)

it('in a long outage, a connection is tried each second, and not ever more rarely', async ({ front, proxy, topic }) => {
  let attempts = 0
  const away = createServer(socket => {
    attempts += 1
    socket.resetAndDestroy()
  })
  await once(away.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => void away.close())
  const adapter = await connect(`127.0.0.1:${proxy.port}`, topic)
  await publish(adapter)
  proxy.target = (away.address() as AddressInfo).port
  proxy.cut()
  const end = performance.now() + 10_000
  while (performance.now() < end) {
    await expect(publish(adapter, undefined, 300)).rejects.toBeInstanceOf(UnavailableError)
    // What is refused at once leaves nothing else any time.
    await sleep(20)
  }
  // By itself, gRPC would have tried five times.
  expect(attempts).toBeGreaterThan(7)
  proxy.target = portOf(front)
  await vi.waitFor(() => publish(adapter), { timeout: 4000 })
})

it('close refuses what is in flight, and leaves no connection', async ({ front, proxy, topic }) => {
  const log = { debug() {}, info() {}, warn() {}, error() {} }
  const options = { topic: `projects/${PROJECT}/topics/${topic}` }
  const adapter = await connectPubsub(`127.0.0.1:${proxy.port}`, options, log)
  front.answer({ delay: Infinity })
  const outcomes = Array.from({ length: 20 }, () => publish(adapter).catch((error: unknown) => error))
  await vi.waitFor(() => expect(front.requests.length).toBeGreaterThan(0))
  await within(1000, adapter.close(), 'the end of close')
  for (const outcome of await within(1000, Promise.all(outcomes), 'the refusals')) {
    expect(outcome).toBeInstanceOf(UnavailableError)
    expect(outcome).toMatchObject({ message: expect.stringContaining('is being closed') })
  }
  await vi.waitFor(() => expect(proxy.connections).toBe(0), { timeout: 5000 })
})
