/** What contenders start. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type TemporaryFolder, temporaryFolder } from '../brokers/watchdog.ts'
import { root } from '../spawn.ts'
import { SECRET } from './load/signed.ts'
import type { Program } from './server.ts'

/** What Node does by itself in a container of 256 MB, with a young generation of the image's size. */
const SMALL = '--max-semi-space-size=4 --max-old-space-size=128'

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
  /** As in a container of 256 MB. */
  readonly small?: boolean
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
  const { destination, config = {}, env = {}, preload, small = false, checkout = root } = settings
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
  const options = [
    ...(small ? [SMALL] : []),
    ...(preload === undefined ? [] : [`--import=${pathToFileURL(join(root, preload))}`])
  ]
  const args = ['serve', '--config', file]
  return { file: join(checkout, main), args, env: { NODE_OPTIONS: options.join(' '), ...env } }
}

/** A server of `bare/`, to compare with. */
export function bare(name: string, env: NodeJS.ProcessEnv = {}): Program {
  return { file: join(root, 'test/bench/bare', `${name}.ts`), env: { GEMINI_WEBHOOK_SECRET: SECRET, ...env } }
}
