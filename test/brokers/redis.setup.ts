/**
 * Gives the tests of the vitest project `redis` one server: `inject('redis')`, see `redis/shared.ts`.
 *
 * - `TEST_REDIS_URL=redis://host:port` names a server of yours instead. Tests that hurt a server start their own.
 * - Without a server or its package, all are skipped, with one line that says why; under `REQUIRE_BROKERS=1` that is a
 *   failure.
 */
import type { TestProject } from 'vitest/node'
import { startRedis } from './redis/redis.ts'

export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const given = process.env['TEST_REDIS_URL']
  if (given !== undefined) {
    project.provide('redis', { url: given })
    return undefined
  }
  try {
    const { url, stop } = await startRedis()
    project.provide('redis', { url })
    return stop
  } catch (cause) {
    if (process.env['REQUIRE_BROKERS'] === '1') throw cause
    const remedy = 'Install redis-server, or name a server with TEST_REDIS_URL.'
    process.stderr.write(`No Redis, so its tests are SKIPPED. ${remedy} ${cause}\n`)
    project.provide('redis', null)
    return undefined
  }
}
