import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventTypes } from '../src/event-types.ts'
import { SECRET } from './config/folder.ts'
import { codeBlocks } from './docs/code-blocks.ts'
import { openPackedProject, type PackedProject } from './packed.ts'
import { root, start } from './spawn.ts'

// The published package, as somebody gets it who has never seen this repository: packed, and installed from its tarball
// into an empty folder.
const run = promisify(execFile)
let project: PackedProject
let folder = ''
beforeAll(async () => {
  project = await openPackedProject()
  folder = project.folder
}, 120_000)
afterAll(() => project?.remove())

test('holds what users need, and nothing else', () => {
  const kinds = new Set(
    project.files.map(path =>
      path.replace(/^(dist|dist\/types|docs\/\w+|deploy\/examples)\/(?!types).*?\.(js|json|d\.ts|yaml)$/, '$1/*.$2')
    )
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
    'deploy/examples/*.yaml',
    'deploy/examples/README.md',
    'deploy/grafana/dashboard.json',
    'deploy/prometheus/alerts.yaml',
    'deploy/prometheus/prometheus.yaml',
    'deploy/runbook.md',
    'deploy/tracing/otel.js',
    'dist/*.js',
    'dist/THIRD-PARTY-NOTICES.txt',
    'dist/types/*.d.ts',
    'docs/asyncapi.yaml',
    'docs/consumers/*.js',
    'docs/events.md',
    'docs/schemas/*.json',
    'package.json'
  ])
})

test('names the licence of each package that is inside', async () => {
  const text = await readFile(join(folder, 'node_modules/gemini-event-bridge/dist/THIRD-PARTY-NOTICES.txt'), 'utf8')
  for (const name of ['fastify', 'kafkajs', 'zod', 'yaml', '@opentelemetry/api', 'find-my-way']) {
    expect(text).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+, (MIT|ISC|Apache-2\\.0)$`, 'm'))
  }
  expect(text).toContain('Permission is hereby granted')
  expect(text).not.toMatch(/^@google-cloud\/pubsub /m)
})

test('its command works: version, schema, and the first minute', async () => {
  const { bin } = project
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

test.each([
  [['check'], 1, /^configuration: there is none\./],
  [['init', '--webhooks', 'static', '--adapter', 'stdout', '--secrets', 'env', '--out', '-'], 0, /adapter: stdout/],
  [['send', '--url', 'http://127.0.0.1:1/', '--secret', SECRET], 1, /ECONNREFUSED/],
  [['webhooks', 'list'], 1, /GEMINI_API_KEY/],
  [['redrive', 'absent.jsonl'], 1, /configuration: there is none\./],
  [['serve', '--confg', 'x'], 2, /Did you mean --config/]
] as const)('its command runs: %s', async (args, code, says) => {
  const program = start(project.bin, args, { cwd: folder })
  expect(await program.exit(), program.stderr).toBe(code)
  expect(program.stdout + program.stderr).toMatch(says)
})

test("an adapter of one's own shares classes with it, and an SDK that is preloaded sees its spans", async () => {
  await writeFile(
    join(folder, 'refusing.js'),
    `import { defineAdapter, EventError, z } from 'gemini-event-bridge/adapter'
const publish = async () => { throw new EventError('never') }
export default defineAdapter({ name: 'refusing', options: z.strictObject({}), connect: () => ({ publish, close: async () => {} }) })`
  )
  await writeFile(
    join(folder, 'sdk.js'),
    `import { trace } from '@opentelemetry/api'
const span = name => (console.error('span', name), trace.wrapSpanContext({ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 }))
trace.setGlobalTracerProvider({ getTracer: () => ({ startSpan: span }) })`
  )
  const listening = { BRIDGE_HOST: '127.0.0.1', BRIDGE_ADMIN_PORT: 'off', PORT: '0', GEMINI_WEBHOOK_SECRET: SECRET }
  const env = { ...listening, BRIDGE_ADAPTER: './refusing.js', NODE_OPTIONS: '--import=./sdk.js' }
  const bridge = start(project.bin, ['serve'], { cwd: folder, env })
  const [, url = ''] = await bridge.until(/"url":"([^"]+)"/)
  await bridge.until(/"connected"/)
  const send = start(project.bin, ['send', '--url', `${url}/webhooks/gemini`, '--secret', SECRET], { cwd: folder })
  await send.exit()
  expect(send.stdout).toMatch(/ 422 ERR_EVENT /)
  bridge.kill('SIGTERM')
  expect(await bridge.exit()).toBe(0)
  expect(bridge.stderr).toContain('span POST /webhooks/gemini\n')
})

test('has the schema of each event type, as docs/events.md imports it', async () => {
  const [line = ''] = (await codeBlocks('docs/events.md', 'js')).filter(block => block.includes('gemini-event-bridge/'))
  for (const type of [...eventTypes, 'dead_letter']) {
    const script = `${line.replace('batch.succeeded', type)}\nconsole.log(schema.title)`
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], { cwd: folder })
    expect(stdout).toBe(`com.google.gemini.${type}\n`)
  }
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

test('a client that does not come with it is asked for by name, and is found once it is installed', async () => {
  const { devDependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
  const name = '@platformatic/kafka'
  const kafka = {
    BRIDGE_ADAPTER: 'kafka',
    KAFKA_BROKERS: '127.0.0.1:1',
    KAFKA_TOPIC: 't',
    KAFKA_CLIENT: 'platformatic'
  }
  const env = { ...process.env, ...kafka, GEMINI_WEBHOOK_SECRET: `whsec_${Buffer.alloc(32).toString('base64')}` }
  const tryOut = (command: string) => run(project.bin, [command], { cwd: folder, env })
  const fault = `KAFKA_CLIENT: needs a package that is not installed: npm install ${name}`
  for (const command of ['check', 'serve']) {
    await expect(tryOut(command)).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining(fault) })
  }
  await project.install(`${name}@${devDependencies[name]}`)
  expect((await tryOut('check')).stdout).toContain('platformatic')
  const program = start(project.bin, ['serve'], {
    env: {
      ...kafka,
      PORT: '0',
      BRIDGE_HOST: '127.0.0.1',
      BRIDGE_ADMIN_PORT: 'off',
      GEMINI_WEBHOOK_SECRET: env.GEMINI_WEBHOOK_SECRET
    },
    cwd: folder
  })
  await program.until(/Kafka cannot be reached \(127\.0\.0\.1:1, ECONNREFUSED\)/)
  program.kill('SIGTERM')
  expect(await program.exit()).toBe(0)
}, 120_000)
