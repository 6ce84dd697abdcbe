import { expect, onTestFinished } from 'vitest'
import type { Finding } from '../../src/adapter.ts'
import { inspectRedis } from '../../src/cli/check/redis.ts'
import { within } from '../../src/testing/expect.ts'
import { inShort, saysOf } from '../adapters/inspected.ts'
import { openFaultProxy } from '../brokers/proxy.ts'
import { command } from '../brokers/redis/peer.ts'
import { type RedisServer, startRedis } from '../brokers/redis/redis.ts'
import { it } from '../brokers/redis/shared.ts'
import { freePort } from '../spawn.ts'

const REACHED = ['reachable: ok', 'authenticated: ok']
const never = new AbortController().signal

async function inspect(url: string, signal: AbortSignal = never): Promise<Finding[]> {
  const findings: Finding[] = []
  for await (const finding of inspectRedis(url, signal)) findings.push(finding)
  return findings
}

async function startOwn(...settings: readonly string[]): Promise<RedisServer> {
  const redis = await startRedis(settings)
  onTestFinished(() => redis.stop())
  return redis
}

/** The server's address, for another user. */
const as = (url: string, user: string, password: string) => url.replace('//', `//${user}:${password}@`)

it('says that all is well, and writes nothing', async ({ redis }) => {
  expect(redis.url).toMatch(/^redis/)
  const own = await startOwn('--appendonly', 'yes')
  const findings = await inspect(own.url)
  expect(inShort(findings)).toEqual([...REACHED, 'permission: ok', 'durability: ok'])
  expect(await command(own.url, 'DBSIZE')).toBe(0)
  expect(await command(own.url, 'INFO', 'commandstats')).not.toMatch(/cmdstat_set:/)
})

it('warns where a restart or a lack of memory costs marks', async ({ redis }) => {
  expect(redis.url).toMatch(/^redis/)
  const own = await startOwn('--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru')
  const findings = await inspect(own.url)
  expect(inShort(findings)).toEqual([...REACHED, 'permission: ok', 'durability: warning', 'durability: warning'])
  const said = findings.map(({ says }) => says).join('\n')
  expect(said).toMatch(/maxmemory-policy is allkeys-lru.*Set it to noeviction/)
  expect(said).toMatch(/keeps nothing over a restart.*appendonly/)
  await command(own.url, 'CONFIG', 'SET', 'save', '3600 1')
  await command(own.url, 'CONFIG', 'SET', 'maxmemory', '0')
  expect(inShort(await inspect(own.url))).toEqual([...REACHED, 'permission: ok', 'durability: ok'])
})

it('a replica is a fault', async ({ redis }) => {
  expect(redis.url).toMatch(/^redis/)
  const own = await startOwn('--replicaof', '127.0.0.1', String(await freePort()))
  const findings = await inspect(own.url)
  expect(inShort(findings)).toEqual([...REACHED, 'permission: fault'])
  expect(saysOf(findings, 'permission', 'fault')).toMatch(/is a replica.*lead to the primary/)
})

it('a password that is missing or wrong is a fault, and is not shown', async ({ redis }) => {
  expect(redis.url).toMatch(/^redis/)
  const own = await startOwn('--requirepass', 'a-right-password')
  for (const url of [own.url, as(own.url, '', 'a-wrong-password')]) {
    const findings = await inspect(url)
    expect(inShort(findings)).toEqual(['reachable: ok', 'authenticated: fault'])
    expect(saysOf(findings, 'authenticated', 'fault')).toMatch(/\((NOAUTH|WRONGPASS)\)\. Correct user and password/)
    expect(JSON.stringify(findings)).not.toContain('password@')
    expect(JSON.stringify(findings)).not.toContain('a-wrong')
  }
})

it('a user who may only do what marks need is told what to grant to know more', async ({ redis }) => {
  expect(redis.url).toMatch(/^redis/)
  const own = await startOwn()
  await command(own.url, 'ACL', 'SETUSER', 'marks', 'on', '>secret', '~geb:*', '+mget', '+set')
  await command(own.url, 'ACL', 'SETUSER', 'reader', 'on', '>secret', '~geb:*', '+mget', '+acl', '+info', '+config')
  await command(own.url, 'ACL', 'SETUSER', 'nobody', 'on', '>secret')
  const marks = await inspect(as(own.url, 'marks', 'secret'))
  expect(inShort(marks)).toEqual([...REACHED, 'permission: unknown', 'durability: unknown'])
  expect(saysOf(marks, 'durability', 'unknown')).toContain('grant its user +info and +config|get')
  const reader = await inspect(as(own.url, 'reader', 'secret'))
  expect(inShort(reader)).toEqual([...REACHED, 'permission: fault', 'durability: warning'])
  expect(saysOf(reader, 'permission', 'fault')).toContain('Grant its user +mget and +set on the keys geb:*.')
  expect(inShort(await inspect(as(own.url, 'nobody', 'secret')))).toEqual(['reachable: ok', 'permission: fault'])
})

it('a database that is not there is a fault', async ({ redis }) => {
  const findings = await inspect(`${redis.url}/9999`)
  expect(inShort(findings)).toEqual(['reachable: ok', 'exists: fault'])
})

it('nobody listens, or nobody answers', async ({ redis }) => {
  expect(inShort(await inspect(`redis://127.0.0.1:${await freePort()}`))).toEqual(['reachable: fault'])
  const proxy = await openFaultProxy({ port: 0, target: Number(new URL(redis.url).port) })
  onTestFinished(() => proxy.close())
  await proxy.hold()
  const url = `redis://127.0.0.1:${proxy.port}`
  const silent = await within(4000, inspect(url), 'its end')
  expect(inShort(silent)).toEqual(['reachable: fault'])
  expect(saysOf(silent, 'reachable', 'fault')).toMatch(/no answer within 3 s/)
  const stop = new AbortController()
  const stopped = inspect(url, stop.signal)
  await expect.poll(() => proxy.held.requests).toBeGreaterThan(0)
  stop.abort()
  expect(inShort(await within(1000, stopped, 'its end'))).toEqual(['reachable: fault'])
})
