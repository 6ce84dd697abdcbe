import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventTypes } from '../src/event-types.ts'
import { codeBlocks } from './docs/code-blocks.ts'
import { root, start } from './spawn.ts'

// The published package, as somebody gets it who has never seen this repository: packed, and installed from its tarball
// into an empty folder.
const run = promisify(execFile)
let folder = ''
let packed: string[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'geb-package-'))
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], { cwd: root })
  const [report] = Object.values(JSON.parse(stdout)) as [{ filename: string; files: { path: string }[] }]
  packed = report.files.map(({ path }) => path)
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
  const tarball = (await readdir(folder)).find(name => name.endsWith('.tgz'))
  await run('npm', ['install', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund', `./${tarball}`], {
    cwd: folder
  })
}, 120_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

test('holds what users need, and nothing else', () => {
  const kinds = new Set(
    packed.map(path => path.replace(/^(dist\/src|dist\/adapters|docs\/\w+)\/.*?\.(js|json|d\.ts)$/, '$1/*.$2'))
  )
  expect([...kinds].sort()).toEqual([
    'ARCHITECTURE.md',
    'CHANGELOG.md',
    'CONTRIBUTING.md',
    'LICENSE',
    'README.md',
    'SECURITY.md',
    'adapters/README.md',
    'bridge.schema.json',
    'deploy/grafana/dashboard.json',
    'deploy/prometheus/alerts.days.test.yaml',
    'deploy/prometheus/alerts.test.yaml',
    'deploy/prometheus/alerts.yaml',
    'deploy/prometheus/prometheus.yaml',
    'deploy/runbook.md',
    'deploy/tracing/otel.js',
    'dist/adapters/*.d.ts',
    'dist/adapters/*.js',
    'dist/src/*.d.ts',
    'dist/src/*.js',
    'docs/asyncapi.yaml',
    'docs/consumers/*.js',
    'docs/events.md',
    'docs/schemas/*.json',
    'package.json'
  ])
})

test('its command works: version, schema, and the first minute', async () => {
  const bin = join(folder, 'node_modules/.bin/gemini-event-bridge')
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
  expect((await run(bin, ['--version'])).stdout).toBe(`${version}\n`)
  const schema = JSON.parse((await run(bin, ['check', '--schema'])).stdout)
  expect(schema).toEqual(JSON.parse(await readFile(join(root, 'bridge.schema.json'), 'utf8')))
  const program = start(bin, ['dev'], { env: { PORT: '0' }, cwd: folder })
  await program.until(/com\.google\.gemini\.video\.generated/)
  expect(program.stderr).toContain('npx gemini-event-bridge send')
  program.kill('SIGTERM')
  expect(await program.exit()).toBe(0)
})

test('has the schema of each event type, as docs/events.md imports it', async () => {
  const [line = ''] = (await codeBlocks('docs/events.md', 'js')).filter(block => block.includes('gemini-event-bridge/'))
  for (const type of [...eventTypes, 'dead_letter']) {
    const script = `${line.replace('batch.succeeded', type)}\nconsole.log(schema.title)`
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], { cwd: folder })
    expect(stdout).toBe(`com.google.gemini.${type}\n`)
  }
})

test('the adapter in CONTRIBUTING.md, as it is printed there, is one that the bridge publishes through', async () => {
  const [adapter = ''] = await codeBlocks('CONTRIBUTING.md', 'js')
  await writeFile(join(folder, 'lines.js'), adapter)
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
  const lines = join(folder, 'lines.jsonl')
  const bin = join(folder, 'node_modules/.bin/gemini-event-bridge')
  const program = start(bin, ['serve'], {
    cwd: folder,
    env: {
      GEMINI_WEBHOOK_SECRET: secret,
      BRIDGE_ADAPTER: './lines.js',
      LINES_FILE: lines,
      BRIDGE_HOST: '127.0.0.1',
      BRIDGE_ADMIN_PORT: 'off',
      PORT: '0'
    }
  })
  const [, url] = await program.until(/"url":"([^"]+)"/)
  const { stdout } = await run(bin, [
    'send',
    '--url',
    `${url}/webhooks/gemini`,
    '--secret',
    secret,
    '--id',
    'msg_packed'
  ])
  expect(stdout).toMatch(/^msg_packed 204 /)
  expect(JSON.parse(await readFile(lines, 'utf8'))).toMatchObject({ id: 'msg_packed' })
  program.kill('SIGTERM')
  expect(await program.exit()).toBe(0)
})

test('its declarations are enough for a strict TypeScript project, and its test suite is importable', async () => {
  await writeFile(
    join(folder, 'typed.ts'),
    `import { type Adapter, type CloudEvent, defineAdapter, EventError, UnavailableError, z } from 'gemini-event-bridge/adapter'
import { adapterContract } from 'gemini-event-bridge/testing'
export default defineAdapter({
  name: 'typed',
  options: z.strictObject({ topic: z.string() }),
  connect({ topic }, { log }): Adapter {
    log.info({ topic }, 'connected')
    return {
      async publish(event: CloudEvent, signal: AbortSignal) {
        if (event.data.length === 0) throw new EventError('empty')
        if (signal.aborted) throw new UnavailableError('too late')
        return event.id
      },
      async close() {}
    }
  }
})
export const contract: typeof adapterContract = adapterContract
`
  )
  const types = join(root, 'node_modules/@types')
  const tsc = [
    '--noEmit',
    '--strict',
    '--module',
    'nodenext',
    '--target',
    'es2024',
    '--typeRoots',
    types,
    '--types',
    'node'
  ]
  await run(join(root, 'node_modules/.bin/tsc'), [...tsc, 'typed.ts'], { cwd: folder })
  const { stdout } = await run(
    process.execPath,
    ['-e', "import('gemini-event-bridge/testing').then(m => console.log(Object.keys(m)))"],
    { cwd: folder }
  )
  expect(stdout).toContain('adapterContract')
})
