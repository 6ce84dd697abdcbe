import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, vi } from 'vitest'
import { start } from '../../spawn.ts'
import { command, entries } from './peer.ts'
import { type RedisServer, startRedis } from './redis.ts'
import { it } from './shared.ts'

async function startOwn(): Promise<RedisServer> {
  const redis = await startRedis()
  onTestFinished(() => redis.stop())
  return redis
}

it('shows keys with their values and ends', async ({ redis }) => {
  const prefix = `[${randomUUID()}]*:`
  await command(redis.url, 'SET', `${prefix}kept`, 'two words\r\n')
  await command(redis.url, 'SET', `${prefix}passing`, '', 'PX', '60000')
  await command(redis.url, 'SET', prefix.replace('*', 'x'), 'of another')
  const found = await entries(redis.url, prefix)
  expect(found.size).toBe(2)
  expect(found.get(`${prefix}kept`)).toEqual({ value: 'two words\r\n', ttl: -1 })
  expect(found.get(`${prefix}passing`)?.value).toBe('')
  expect(found.get(`${prefix}passing`)?.ttl).toBeGreaterThan(30_000)
  expect(found.get(`${prefix}passing`)?.ttl).toBeLessThanOrEqual(60_000)
  await command(redis.url, 'DEL', ...found.keys(), prefix.replace('*', 'x'))
})

it('fails as the server says', async ({ redis }) => {
  await expect(command(redis.url, 'NONSENSE')).rejects.toThrow(/^ERR unknown command/)
})

it('is asked with a password where it wants one', async ({ redis }) => {
  expect(redis.url).toMatch(/^redis/)
  const own = await startOwn()
  await command(own.url, 'CONFIG', 'SET', 'requirepass', 'a/secret')
  await expect(command(own.url, 'PING')).rejects.toThrow(/^NOAUTH/)
  await expect(command(own.url.replace('//', '//:wrong@'), 'PING')).rejects.toThrow(/^WRONGPASS/)
  expect(await command(own.url.replace('//', '//:a%2Fsecret@'), 'PING')).toBe('PONG')
})

it('forgets all when it is killed, and comes back at its place', async ({ redis }) => {
  expect(redis.url).toMatch(/^redis/)
  const own = await startOwn()
  await command(own.url, 'SET', 'life', '1')
  await own.kill()
  await expect(command(own.url, 'PING')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  await own.start()
  expect(await command(own.url, 'GET', 'life')).toBeNull()
})

it('does not answer while it is frozen, and goes on where it was', async ({ redis }) => {
  expect(redis.url).toMatch(/^redis/)
  const own = await startOwn()
  await command(own.url, 'SET', 'life', '1')
  own.freeze()
  const answer = command(own.url, 'GET', 'life')
  expect(await Promise.race([answer, sleep(500, 'silence')])).toBe('silence')
  own.thaw()
  expect(await answer).toBe('1')
})

it.for(['runs', 'is frozen'])('ends when the run is killed while it %s', async (state, { redis }) => {
  expect(redis.url).toMatch(/^redis/)
  const code = `
    const { startRedis } = await import(${JSON.stringify(new URL('redis.ts', import.meta.url).href)})
    const { url, freeze } = await startRedis()
    if (process.argv[1] === 'is frozen') freeze()
    console.log('url=' + url)
  `
  const run = start(process.execPath, ['--input-type=module', '-e', code, state], { env: process.env })
  const [, url = ''] = await run.until(/url=(.*)\n/)
  run.kill('SIGKILL')
  const gone = () => expect(command(url, 'PING')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  await vi.waitFor(gone, { timeout: 10_000 })
})
