import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Config } from '../../src/config/config.ts'
import { loadConfig } from '../../src/config/load.ts'
import { ConfigError, type Problem } from '../../src/errors.ts'

export const SECRET = `whsec_${Buffer.alloc(32, 1).toString('base64')}`
export const OTHER_SECRET = `whsec_${Buffer.alloc(32, 2).toString('base64')}`
export const TOKEN = 'a-callback-token_012345'

/** A file that is right, to be spoilt in one place. */
export const MINIMAL = `
endpoints:
  - path: /webhooks/gemini
    verify: { static: { secrets: ["${SECRET}"] } }
destinations:
  console: { adapter: stdout }
`

/** A folder of the test's own with these files in it; gone when the test is. */
export async function folder(files: Readonly<Record<string, string | Buffer>> = {}): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'bridge-config-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  for (const [name, content] of Object.entries(files)) await writeFile(join(directory, name), content)
  return directory
}

/** Loads a configuration file with this text. */
export async function load(text: string | Buffer, env: Record<string, string> = {}): Promise<Config> {
  return loadConfig({ env, directory: await folder({ 'bridge.yaml': text }), file: 'bridge.yaml' })
}

/** What is wrong: the problems of the ConfigError that the promise rejects with. Anything else fails the test. */
export async function problemsOf(config: Promise<unknown>): Promise<readonly Problem[]> {
  const error = await config.then(
    () => undefined,
    (reason: unknown) => reason
  )
  if (error instanceof ConfigError) return error.problems
  throw new Error('There is no ConfigError.', { cause: error })
}

/** What is wrong, a line each: `bridge.yaml:2:3: listen.port: must …`. */
export async function faultsOf(config: Promise<unknown>): Promise<string[]> {
  return (await problemsOf(config)).map(({ place, fault }) => `${place}: ${fault}`)
}

/** The faults without their places. */
export async function faultsIn(config: Promise<unknown>): Promise<string[]> {
  return (await problemsOf(config)).map(({ fault }) => fault)
}
