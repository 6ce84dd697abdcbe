import { once } from 'node:events'
import { expect, vi } from 'vitest'
import { type Adapter, UnavailableError } from '../../../src/adapter.ts'
import { sampleEvent } from '../../../src/testing/sample-event.ts'
import { openFaultProxy } from '../../brokers/proxy.ts'
import { it as base, eventOf, publish, publishTogether, refusalOf, typesAsked, typesIn } from './fronted.ts'

/** How long the adapter may still wait for an answer after its deadline, and what a busy machine adds, in milliseconds. */
const SOON_MS = 1500

/** Between the adapter and the front, a proxy that counts connections. */
const it = base
  .extend('proxy', async ({ front }, { onCleanup }) => {
    const proxy = await openFaultProxy({ port: 0, target: Number(new URL(front.endpoint).port) })
    onCleanup(() => proxy.close())
    return proxy
  })
  .extend('adapter', ({ proxy, connect }): Promise<Adapter> => connect({ endpoint: `http://127.0.0.1:${proxy.port}` }))

it.for([
  ['hang', 1],
  ['hangInAnswer', 2]
] as const)(
  'after %s, a request ends within the deadline, and is sent again',
  async ([fault, copies], { front, bus, adapter }) => {
    front[fault]()
    const start = performance.now()
    const publication = publish(adapter)
    await vi.waitFor(() => expect(front.requests).toHaveLength(1))
    front.pass()
    await publication
    expect(performance.now() - start).toBeGreaterThan(2900)
    expect(front.requests).toHaveLength(2)
    expect(await bus.received()).toHaveLength(copies)
  }
)

it.for(['hang', 'hangInAnswer'] as const)(
  '%s without end is an UnavailableError that says so',
  async (fault, { front, bus, proxy, adapter }) => {
    front[fault]()
    const deadline = AbortSignal.timeout(1500)
    const first = refusalOf(adapter.publish(sampleEvent(), deadline))
    await once(deadline, 'abort')
    const next = await refusalOf(publish(adapter))
    expect(next).toBeInstanceOf(UnavailableError)
    expect(next.message).toBe(
      `EventBridge did not answer for the bus "${bus.name}". See whether the endpoint can be reached.`
    )
    // It was in flight then, and got a little more time.
    expect(await first).toBeInstanceOf(UnavailableError)
    expect((await first).message).toContain('EventBridge had not answered by the deadline.')
    expect(front.requests).toHaveLength(1)
    await vi.waitFor(() => expect(proxy.connections).toBe(0))
  }
)

it.for(['hang', 'hangInAnswer'] as const)(
  'an aborted signal ends publish soon, and the request (%s)',
  async (fault, { front, proxy, adapter }) => {
    front[fault]()
    const abort = new AbortController()
    const publication = adapter.publish(sampleEvent(), abort.signal)
    await vi.waitFor(() => expect(front.requests).toHaveLength(1))
    const start = performance.now()
    abort.abort()
    expect(await refusalOf(publication)).toBeInstanceOf(UnavailableError)
    expect(performance.now() - start).toBeLessThan(SOON_MS)
    await vi.waitFor(() => expect(proxy.connections).toBe(0), { timeout: SOON_MS })
  }
)

it('a signal that is aborted already sends nothing', async ({ front, bus, adapter }) => {
  await expect(adapter.publish(sampleEvent(), AbortSignal.abort())).rejects.toBeInstanceOf(UnavailableError)
  await publish(adapter, eventOf('later'))
  expect(typesAsked(front)).toEqual([['later']])
  expect(await typesIn(bus)).toEqual(['later'])
})

it.for(['hang', 'hangInAnswer'] as const)('close ends everything (%s)', async (fault, { front, proxy, adapter }) => {
  front[fault]()
  const publications = publishTogether(
    adapter,
    Array.from({ length: 300 }, () => sampleEvent())
  )
  const refusals = publications.map(refusalOf)
  // All slots are taken, and the others wait for one.
  await vi.waitFor(() => expect(front.requests).toHaveLength(16))
  const start = performance.now()
  await adapter.close()
  for (const refusal of await Promise.all(refusals)) {
    expect(refusal).toBeInstanceOf(UnavailableError)
    expect(refusal.message).toBe('The connection to EventBridge is being closed. Gemini delivers again.')
  }
  await vi.waitFor(() => expect(proxy.connections).toBe(0), { timeout: SOON_MS })
  expect(performance.now() - start).toBeLessThan(SOON_MS)
  await expect(publish(adapter)).rejects.toBeInstanceOf(UnavailableError)
  expect(front.requests).toHaveLength(16)
})

it('close ends connections that nobody uses', async ({ proxy, adapter }) => {
  await publish(adapter)
  expect(proxy.connections).toBe(1)
  await adapter.close()
  await vi.waitFor(() => expect(proxy.connections).toBe(0), { timeout: SOON_MS })
})
