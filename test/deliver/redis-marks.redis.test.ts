import { randomUUID } from 'node:crypto'
import { expect, onTestFinished } from 'vitest'
import { type FaultProxy, openFaultProxy } from '../brokers/proxy.ts'
import { command, entries } from '../brokers/redis/peer.ts'
import { type RedisServer, startRedis } from '../brokers/redis/redis.ts'
import { it as base } from '../brokers/redis/shared.ts'
import { answering, openMarks, SOON, TTL_MS } from './redis/open-marks.ts'

/** A server of the test's own, a fault proxy before it, and the way through the proxy. */
const it = base
  .extend('server', async ({ redis }, { onCleanup }) => {
    expect(redis.url).toMatch(/^redis/)
    const server = await startRedis()
    onCleanup(() => server.stop())
    return server
  })
  .extend('proxy', async ({ server }, { onCleanup }) => {
    const proxy = await openFaultProxy({ port: 0, target: server.port })
    onCleanup(() => proxy.close())
    return proxy
  })
  .extend('own', ({ server, proxy }) => ({ server, proxy, url: `redis://127.0.0.1:${proxy.port}` }))

/** Asks as often as that, one after the other; the longest that one of them took, in milliseconds. */
async function longest(ask: () => Promise<unknown>, times: number): Promise<number> {
  let longest = 0
  for (let count = 0; count < times; count++) {
    const start = performance.now()
    expect(await ask()).toBeUndefined()
    longest = Math.max(longest, performance.now() - start)
  }
  return longest
}

/** 50 ms and what a loaded machine may add: far less than anything else here would wait for. */
const BOUND_MS = 500

it('finds the names that an event was marked with, and no others', async ({ redis }) => {
  const marks = openMarks(redis.url)
  const key = randomUUID()
  await answering(marks)
  await expect.poll(() => marks.find(key, ['archive', 'search']), SOON).toEqual(new Set())
  marks.add(key, 'search')
  marks.add(key, 'größe')
  marks.add(`${key}.`, 'archive')
  await expect.poll(() => marks.find(key, ['archive', 'search', 'größe']), SOON).toEqual(new Set(['search', 'größe']))
  await expect.poll(() => marks.find(`${key}.`, ['search', 'archive']), SOON).toEqual(new Set(['archive']))
})

it('shares marks with other replicas', async ({ redis }) => {
  const [here, there] = [openMarks(redis.url), openMarks(redis.url)]
  await Promise.all([answering(here), answering(there)])
  const key = randomUUID()
  here.add(key, 'archive')
  await expect.poll(() => there.find(key, ['archive']), SOON).toEqual(new Set(['archive']))
})

it('lets a mark end, and renews it', async ({ own }) => {
  const marks = openMarks(own.url)
  await answering(marks)
  const stored = async () => [...(await entries(own.server.url, 'geb:'))].find(([name]) => name.endsWith(':archive'))
  marks.add('key', 'archive')
  await expect.poll(stored, SOON).toBeDefined()
  const [name = '', { ttl } = { ttl: 0 }] = (await stored()) ?? []
  expect(name).toMatch(/^geb:\{[\w-]{43}\}:archive$/)
  expect(ttl).toBeGreaterThan(TTL_MS / 2)
  expect(ttl).toBeLessThanOrEqual(TTL_MS)
  await command(own.server.url, 'PEXPIRE', name, '1000')
  marks.add('key', 'archive')
  await expect.poll(async () => (await stored())?.[1].ttl, SOON).toBeGreaterThan(TTL_MS / 2)
  const brief = openMarks(own.url, 1)
  await answering(brief)
  brief.add('brief', 'archive')
  await expect.poll(() => brief.find('brief', ['archive']), SOON).toEqual(new Set())
})

it('recovers by itself after Redis was killed and started', async ({ own: { server, url } }) => {
  const marks = openMarks(url)
  await answering(marks)
  await server.kill()
  await expect.poll(() => marks.told, SOON).toHaveLength(1)
  expect(await longest(() => marks.find('key', ['archive']), 100)).toBeLessThan(BOUND_MS)
  marks.add('key', 'archive')
  await server.start()
  await answering(marks)
  await expect.poll(() => marks.find('key', ['archive']), SOON).toEqual(new Set())
  marks.add('key', 'archive')
  await expect.poll(() => marks.find('key', ['archive']), SOON).toEqual(new Set(['archive']))
  expect(marks.told).toEqual([expect.stringMatching(/^warn /), 'info'])
})

const stalls: Record<
  string,
  { begin(server: RedisServer, proxy: FaultProxy): unknown; end(server: RedisServer, proxy: FaultProxy): unknown }
> = {
  'it is frozen': { begin: server => server.freeze(), end: server => server.thaw() },
  'the network swallows all': { begin: (_, proxy) => proxy.hold(), end: (_, proxy) => proxy.pass() },
  'its answers are lost': { begin: (_, proxy) => proxy.holdAnswers(), end: (_, proxy) => proxy.pass() },
  'it is slow': { begin: (_, proxy) => proxy.delay(100), end: (_, proxy) => proxy.pass() }
}

it.for(Object.entries(stalls))('while %s, one question waits and the next do not', async ([, stall], { own }) => {
  const marks = openMarks(own.url)
  await answering(marks)
  marks.add('key', 'archive')
  await expect.poll(() => marks.find('key', ['archive']), SOON).toEqual(new Set(['archive']))
  await stall.begin(own.server, own.proxy)
  expect(await longest(() => marks.find('key', ['archive']), 1)).toBeLessThan(BOUND_MS)
  const start = performance.now()
  await longest(() => marks.find('key', ['archive']), 500)
  // If each waited, it would be 25 s.
  expect(performance.now() - start).toBeLessThan(5000)
  expect(marks.told).toEqual(['warn no answer within 50 ms'])
  await stall.end(own.server, own.proxy)
  await answering(marks)
  await expect.poll(() => marks.find('key', ['archive']), SOON).toEqual(new Set(['archive']))
  expect(marks.told).toEqual(['warn no answer within 50 ms', 'info'])
})

it.for(['reset', 'refuse'] as const)('recovers by itself after the network did %s', async (fault, { own }) => {
  const marks = openMarks(own.url)
  await answering(marks)
  await own.proxy[fault]()
  await expect.poll(() => marks.find('key', ['archive']), SOON).toBeUndefined()
  await own.proxy.pass()
  await answering(marks)
  expect(marks.told).toEqual([expect.stringMatching(/^warn /), 'info'])
})

it('goes on trying while its password is refused', async ({ own: { server, url } }) => {
  await command(server.url, 'CONFIG', 'SET', 'requirepass', 'right')
  const marks = openMarks(url.replace('//', '//:wrong@'))
  const none = openMarks(url)
  await expect.poll(() => [...marks.told, ...none.told], SOON).toEqual(['warn WRONGPASS', 'warn NOAUTH'])
  expect(await marks.find('key', ['archive'])).toBeUndefined()
  await command(server.url.replace('//', '//:right@'), 'CONFIG', 'SET', 'requirepass', 'wrong')
  await answering(marks)
  expect(marks.told).toEqual(['warn WRONGPASS', 'info'])
  expect(marks.text + none.text).not.toContain('wrong')
})

it('finds what a full Redis knows', async ({ own: { server, url } }) => {
  const marks = openMarks(url)
  await answering(marks)
  marks.add('key', 'archive')
  await expect.poll(() => marks.find('key', ['archive']), SOON).toEqual(new Set(['archive']))
  await command(server.url, 'CONFIG', 'SET', 'maxmemory', '1')
  marks.add('key', 'search')
  await expect.poll(() => marks.told, SOON).toEqual(['warn OOM'])
  await expect.poll(() => marks.find('key', ['archive', 'search']), SOON).toEqual(new Set(['archive']))
  await answering(openMarks(url))
  await command(server.url, 'CONFIG', 'SET', 'maxmemory', '0')
  marks.add('key', 'search')
  await expect.poll(() => marks.told, SOON).toEqual(['warn OOM', 'info'])
})

it('follows a failover: it leaves a primary that has become a replica', async ({ own: { server, proxy, url } }) => {
  const marks = openMarks(url)
  await answering(marks)
  await command(server.url, 'REPLICAOF', '127.0.0.1', '1')
  marks.add('key', 'archive')
  await expect.poll(() => marks.told, SOON).toEqual(['warn READONLY'])
  expect(await marks.find('key', ['archive'])).toBeUndefined()
  const next = await startRedis()
  onTestFinished(() => next.stop())
  proxy.target = next.port
  await answering(marks)
  expect(marks.told).toEqual(['warn READONLY', 'info'])
})

it('takes what the URL says of user and database, and needs no other right', async ({ own: { server, url } }) => {
  await command(server.url, 'ACL', 'SETUSER', 'bridge', 'on', '>a/secret', '~geb:*', '+mget', '+set', '+select')
  const marks = openMarks(`${url.replace('//', '//bridge:a%2Fsecret@')}/3`)
  await answering(marks)
  marks.add('key', 'archive')
  await expect.poll(() => marks.find('key', ['archive']), SOON).toEqual(new Set(['archive']))
  expect(await entries(server.url, 'geb:')).toEqual(new Map())
  expect(await command(server.url, 'INFO', 'keyspace')).toContain('db3:')
})
