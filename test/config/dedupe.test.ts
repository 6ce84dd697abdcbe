import { expect, test } from 'vitest'
import { z } from 'zod'
import { dedupe } from '../../src/config/dedupe-schema.ts'
import { faultsIn, load, MINIMAL, problemsOf } from './folder.ts'

const read = async (text: string, env?: Record<string, string>) =>
  (await load(`${MINIMAL}dedupe: ${text}\n`, env)).dedupe
const DEFAULTS = { ttl: 90_000_000, maxEntries: 100_000 }

test.each([
  ['{}', { store: 'memory', ...DEFAULTS }],
  ['off', { store: 'off', ...DEFAULTS }],
  ['false', { store: 'off', ...DEFAULTS }],
  [`"\${env:OFF}"`, { store: 'off', ...DEFAULTS }],
  ['{ store: off, ttl: 1m }', { store: 'off', ...DEFAULTS, ttl: 60_000 }],
  ['{ store: false }', { store: 'off', ...DEFAULTS }],
  ['{ ttl: 168h, maxEntries: 10000000 }', { store: 'memory', ttl: 604_800_000, maxEntries: 10_000_000 }],
  ['{ store: redis, url: "redis://cache" }', { store: 'redis', url: 'redis://cache', ...DEFAULTS }]
])('%s is read as the mapping, and what is encoded is read as the same', async (text, expected) => {
  const value = await read(text, { OFF: 'false' })
  expect(value).toEqual(expected)
  expect(dedupe.parse(z.encode(dedupe, value))).toEqual(expected)
})

test.each([
  'redis://cache',
  'rediss://user:pass%20word@cache.example:6380/3',
  'redis://:password@10.0.0.1',
  'redis://[::1]:6379/0'
])('Redis may be at %s', async url => {
  expect((await read(`{ store: redis, url: "${url}" }`)).url).toBe(url)
})

const URL_FAULT =
  'dedupe.url: must be redis:// or rediss://, then [user:password@]host[:port][/database], with # ? / and @ in a password as %23 %3F %2F %40'

test.each([
  'cache:6379',
  'http://cache',
  'unix:/run/redis.sock',
  'redis:///3',
  'redis://cache/name',
  'redis://cache/1/2',
  'redis://cache:99999',
  'redis://user:%zz@cache',
  // The rest of a password that is not encoded, which a log would show.
  'redis://user:4711#rest@cache',
  'redis://user:4711?rest@cache'
])('Redis cannot be at %s', async url => {
  expect(await faultsIn(read(`{ store: redis, url: "${url}" }`))).toEqual([URL_FAULT])
})

test.each([
  ['redis', 'dedupe: must be off, or a mapping with store, url, ttl and maxEntries, such as { store: redis, url: … }'],
  ['true', 'dedupe: must be off, or a mapping with store, url, ttl and maxEntries, such as { store: redis, url: … }'],
  [
    '',
    'dedupe: has no value; it must be off, or a mapping with store, url, ttl and maxEntries, such as { store: redis, url: … }'
  ],
  ['{ store: disk }', 'dedupe.store: must be memory, redis or off'],
  ['{ store: true }', 'dedupe.store: must be memory, redis or off'],
  ['{ store: disk, url: "redis://cache" }', 'dedupe.store: must be memory, redis or off'],
  ['{ store: redis }', 'dedupe.url: is missing; the store redis needs it'],
  ['{ url: "redis://cache" }', 'dedupe.url: is only for the store redis; write store: redis, or leave it out'],
  [
    '{ store: off, url: "redis://cache" }',
    'dedupe.url: is only for the store redis; write store: redis, or leave it out'
  ],
  [
    '{ store: false, url: "redis://cache" }',
    'dedupe.url: is only for the store redis; write store: redis, or leave it out'
  ],
  ['{ ttl: 59s }', 'dedupe.ttl: must be a duration from 1m to 168h, in ms, s, m or h'],
  ['{ ttl: 169h }', 'dedupe.ttl: must be a duration from 1m to 168h, in ms, s, m or h'],
  ['{ maxEntries: 0 }', 'dedupe.maxEntries: must be a whole number from 1 to 10000000'],
  ['{ maxEntries: 10000001 }', 'dedupe.maxEntries: must be a whole number from 1 to 10000000'],
  ['{ max: 5 }', 'dedupe: unknown key "max"; known here: store, url, ttl, maxEntries']
])('%s is refused', async (text, fault) => {
  expect(await faultsIn(read(text))).toEqual([fault])
})

test('what is missing comes with an example that does not show how to write a password into a file', async () => {
  expect(await problemsOf(read('{ store: redis }'))).toMatchObject([{ example: `url: "\${env:REDIS_URL}"` }])
})
