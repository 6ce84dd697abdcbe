import { execFileSync } from 'node:child_process'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'rolldown'
import { ascii } from './ascii.ts'
import { builtins } from './builtins.ts'
import { chunkGroups } from './chunk-groups.ts'
import { evaluated } from './evaluated.ts'
import { notices } from './notices.ts'
import { openTelemetry } from './open-telemetry.ts'

// What is published, in dist/ or the folder that is named: the sources together with what every start loads, in few files, since each file and each
// package that has to be looked up takes its time; and the declarations of what others import.

/**
 * What is put inside. All other packages stay what they are, loaded where a configuration needs them: as part of the
 * bundle, clients of brokers start no sooner (`npm run bench -- start-up`), and what instruments them would miss them.
 */
const INSIDE = [
  // See open-telemetry.ts.
  '@opentelemetry/api',
  'commander',
  'fastify',
  'kafkajs',
  'leven',
  'lru-cache',
  'ms',
  'pino',
  'prom-client',
  'yaml',
  'zod'
]
/** What Fastify has for JSON schemas and for tests, which never run (src/server/no-schemas.ts). */
const UNUSED = ['@fastify/ajv-compiler', '@fastify/fast-json-stringify-compiler', 'light-my-request']

const isPackage = (id: string) => /^[@a-z]/.test(id) && !id.startsWith('node:')
const isOurs = (file: string) => !file.includes('/node_modules/')

const dir = resolve(process.argv[2] ?? 'dist')
process.chdir(fileURLToPath(new URL('../', import.meta.url)))
const groups = chunkGroups()
await build({
  input: { main: 'src/start.ts', adapter: 'src/adapter.ts', testing: 'src/testing.ts', 'warm-up': 'src/warm-up.ts' },
  platform: 'node',
  preserveEntrySignatures: 'allow-extension',
  external: (id, importer = '') => UNUSED.includes(id) || (isPackage(id) && isOurs(importer) && !INSIDE.includes(id)),
  plugins: [builtins, openTelemetry, evaluated('src/config/shapes.ts'), groups.plugin, ascii, notices],
  output: {
    dir,
    cleanDir: true,
    entryFileNames: '[name].js',
    chunkFileNames: '[name].js',
    // Names and lines stay: a crash report shows them, and source maps would be twice the package.
    minify: false,
    comments: { legal: false, annotation: false, jsdoc: false },
    codeSplitting: { groups: groups.groups, includeDependenciesRecursively: false }
  }
})
execFileSync(
  process.execPath,
  ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json', '--outDir', join(dir, 'types')],
  { stdio: 'inherit' }
)
