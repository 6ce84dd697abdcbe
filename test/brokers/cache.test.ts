import { readdirSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { start } from '../spawn.ts'
import { cached } from './cache.ts'
import { type TemporaryFolder, temporaryFolder } from './watchdog.ts'

let root: TemporaryFolder

beforeEach(() => {
  root = temporaryFolder('cache-')
  vi.stubEnv('BROKER_CACHE', root.path)
})

afterEach(async () => {
  vi.unstubAllEnvs()
  await root.remove()
})

test('builds once for each name and recipe', async () => {
  const build = vi.fn((folder: string) => writeFile(join(folder, 'made'), 'content'))
  const [first, twin] = await Promise.all([cached('thing', { a: 1 }, build), cached('thing', { a: 1 }, build)])
  expect(await cached('thing', { a: 1 }, build)).toBe(first)
  expect(twin).toBe(first)
  expect(build).toHaveBeenCalledTimes(1)
  expect(readFileSync(join(first, 'made'), 'utf8')).toBe('content')
  const others = [await cached('thing', { a: 2 }, build), await cached('other', { a: 1 }, build)]
  expect(new Set([first, ...others]).size).toBe(3)
  expect(readdirSync(root.path)).toHaveLength(3)
})

test('keeps nothing of a build that failed, and tries again', async () => {
  const fail = async (folder: string) => {
    await writeFile(join(folder, 'half'), '')
    throw new Error('no network')
  }
  await expect(cached('thing', 1, fail)).rejects.toThrow('no network')
  expect(readdirSync(root.path)).toEqual([])
  const folder = await cached('thing', 1, folder => writeFile(join(folder, 'whole'), ''))
  expect(readdirSync(folder)).toEqual(['whole'])
})

test('of two runs that build at once, the slower uses what the faster has built', async () => {
  const code = `
    import { writeFileSync } from 'node:fs'
    import { cached } from ${JSON.stringify(new URL('cache.ts', import.meta.url).href)}
    await cached('thing', 1, async folder => writeFileSync(folder + '/builder', 'faster'))
  `
  const folder = await cached('thing', 1, async folder => {
    await writeFile(join(folder, 'builder'), 'slower')
    const run = start(process.execPath, ['--input-type=module', '-e', code], { env: { BROKER_CACHE: root.path } })
    expect(await run.exit()).toBe(0)
  })
  expect(readFileSync(join(folder, 'builder'), 'utf8')).toBe('faster')
  expect(readdirSync(root.path)).toHaveLength(1)
})
