import { once } from 'node:events'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type GeminiOptions, type GeminiStandin, serveGemini } from '../../../src/standin/gemini.ts'
import { temporaryFolder } from '../../brokers/watchdog.ts'
import { type Program, startBridgeProgram } from '../../spawn.ts'

/** As long as Google's. It must never be printed. */
export const API_KEY = 'AIzaSyTest-0123456789_abcdefghijklmnopq'
export const BRIDGE = 'https://bridge.example.com'

/** What one command came to. */
export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** A folder with a configuration, and the address of a Gemini API. */
export interface Scene {
  readonly folder: string
  readonly env: Readonly<Record<string, string>>
  write(name: string, text: string): void
  read(name: string): string
  exists(name: string): boolean
  /** Permissions, as `ls` would number them: 0o600. */
  mode(name: string): number
  /** Begins `webhooks` with these arguments, in the folder. */
  start(...args: readonly string[]): Program
  /** Runs it to its end. */
  webhooks(...args: readonly string[]): Promise<Ran>
}

export function openScene(url: string, env: Readonly<Record<string, string>> = {}): Scene {
  const folder = temporaryFolder('webhooks-')
  onTestFinished(() => folder.remove())
  const path = (name: string) => join(folder.path, name)
  const given = { GEMINI_API_KEY: API_KEY, GOOGLE_GEMINI_BASE_URL: url, ...env }
  const start = (...args: readonly string[]) => {
    const program = startBridgeProgram(['webhooks', ...args], { cwd: folder.path, env: given })
    onTestFinished(() => program.kill('SIGKILL'))
    return program
  }
  return {
    folder: folder.path,
    env: given,
    write: (name, text) => writeFileSync(path(name), text),
    read: name => readFileSync(path(name), 'utf8'),
    exists: name => existsSync(path(name)),
    mode: name => statSync(path(name)).mode & 0o777,
    start,
    async webhooks(...args) {
      const program = start(...args)
      const code = await program.exit()
      return { code, stdout: program.stdout, stderr: program.stderr }
    }
  }
}

/** A scene with the stand-in's API. */
export async function openStandin(options: GeminiOptions = {}): Promise<Scene & { readonly gemini: GeminiStandin }> {
  const gemini = await serveGemini({ apiKey: API_KEY, ...options })
  onTestFinished(() => gemini.close())
  return { ...openScene(gemini.url), gemini }
}

/** A scene with an API that answers as it likes. */
export async function openHostile(listener: RequestListener): Promise<Scene> {
  const server = createServer(listener)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(async () => {
    server.close().closeAllConnections()
    await once(server, 'close')
  })
  return openScene(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
}

/** A configuration with one static endpoint, /webhooks/gemini, and these secrets; a dynamic one is beside it. */
export function configuration(...secrets: readonly string[]): string {
  return `
endpoints:
  - path: /webhooks/gemini/jobs
    verify: { dynamic: { tokens: ["\${env:NOT_SET_HERE}"] } }
  - path: /webhooks/gemini
    verify: { static: { secrets: ${JSON.stringify(secrets)} } }
destinations:
  console: { adapter: stdout }
`
}

/** A whole secret, that no output may show but where it is meant to be. */
export const SECRET = /whsec_[A-Za-z0-9+/]{20,}/
