/** What contenders start. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type TemporaryFolder, temporaryFolder } from '../brokers/watchdog.ts'
import { root } from '../spawn.ts'
import { SECRET } from './load/signed.ts'
import type { Program } from './server.ts'

/** What is started from a checkout: the sources, or what `npm run build` has made of them. */
export const SOURCES = 'src/main.ts'
export const BUILT = 'dist/main.js'

export interface BridgeSettings {
  /** The one destination: its adapter and its options. */
  readonly destination: Readonly<Record<string, unknown>>
  /** More of the configuration. */
  readonly config?: Readonly<Record<string, unknown>>
  readonly env?: NodeJS.ProcessEnv
  /** A file that Node loads first. */
  readonly preload?: string
  /** The folder of another checkout. */
  readonly checkout?: string
}

let folder: TemporaryFolder | undefined
let configurations = 0

/**
 * The bridge with every feature on, unless its configuration says otherwise.
 * @param main the program, from its checkout's folder: `SOURCES` or `BUILT`
 */
export function bridge(main: string, settings: BridgeSettings): Program {
  const { destination, config = {}, env = {}, preload, checkout = root } = settings
  const endpoint = { path: '/webhooks/gemini', verify: { static: { secrets: [SECRET] } } }
  const tree = {
    listen: { host: '127.0.0.1' },
    admin: { port: 0 },
    endpoints: [endpoint],
    destinations: { main: destination },
    ...config
  }
  folder ??= temporaryFolder('bench-config-')
  const file = join(folder.path, `${++configurations}.yaml`)
  // JSON is YAML.
  writeFileSync(file, JSON.stringify(tree))
  const options = preload === undefined ? {} : { NODE_OPTIONS: `--import=${pathToFileURL(join(root, preload))}` }
  return { file: join(checkout, main), args: ['serve', '--config', file], env: { ...options, ...env } }
}

/** A server of `bare/`, to compare with. */
export function bare(name: string, env: NodeJS.ProcessEnv = {}): Program {
  return { file: join(root, 'test/bench/bare', `${name}.ts`), env: { GEMINI_WEBHOOK_SECRET: SECRET, ...env } }
}
