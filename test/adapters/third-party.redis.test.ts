import { randomUUID } from 'node:crypto'
import { chmod, cp, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { adapterContract } from '../../src/testing.ts'
import { command } from '../brokers/redis/peer.ts'
import { redisServer } from '../brokers/redis/redis.ts'
import { it } from '../brokers/redis/shared.ts'
import { SECRET } from '../config/folder.ts'
import { codeBlocks } from '../docs/code-blocks.ts'
import { openPackedProject, type PackedProject } from '../packed.ts'
import { start } from '../spawn.ts'
import { printedAdapter, writePackage } from './third-party.ts'

// The adapter in CONTRIBUTING.md, as somebody has it who has never seen this repository: a package of its own in a project
// that has the published bridge, loaded in each way that there is.
const FOLDER = 'bridge-redis-streams'
const WAYS = [
  ['a path', `./${FOLDER}/index.js`],
  ['a package', FOLDER],
  ['a scoped package', '@acme/streams'],
  ['a subpath of a package', '@acme/parts/adapters/streams'],
  ['a package with a bridge and a zod of its own', 'own-bridge']
] as const
const PASSWORD = 'nobody-may-see-this'
const BODY = '{"type":"batch.succeeded","version":"v1","timestamp":"2026-01-22T12:00:00Z","data":{"id":"batches/1"}}'

let project: PackedProject
beforeAll(async () => {
  project = await openPackedProject()
  const inProject = (name: string) => join(project.folder, name)
  await writePackage(inProject(FOLDER))
  await writePackage(inProject('scoped'), { name: '@acme/streams' })
  await writePackage(inProject('parts'), { name: '@acme/parts', exports: { './adapters/streams': './index.js' } })
  await writePackage(inProject('own'), { name: 'own-bridge' })
  const [printed = ''] = (await codeBlocks('CONTRIBUTING.md', 'sh')).filter(block => block.includes('npm install'))
  await project.install(printed.trim().replace('npm install ', ''))
  await project.install('./scoped', './parts', './own')
  const own = inProject('own/node_modules/gemini-event-bridge')
  await cp(inProject('node_modules/gemini-event-bridge'), own, { recursive: true })
  await cp(inProject('node_modules/zod'), join(own, 'node_modules/zod'), { recursive: true })
  await writeFile(inProject('event.json'), BODY)
}, 120_000)
afterAll(() => project?.remove())

const run = (args: readonly string[], env: Record<string, string> = {}) =>
  start(project.bin, args, { cwd: project.folder, env: { GEMINI_WEBHOOK_SECRET: SECRET, ...env } })

/** What a command says of a destination with these options. */
async function check(adapter: string, options: string, ...args: readonly string[]) {
  const file = `${randomUUID()}.yaml`
  const config = `endpoints: [{ path: /a, verify: { static: { secrets: ["${SECRET}"] } } }]
destinations:
  archive:
    { adapter: "${adapter}", url: "redis://:${PASSWORD}@127.0.0.1:1",
      ${options} }
`
  await writeFile(join(project.folder, file), config)
  const program = run(['check', '--config', file, ...args])
  const code = await program.exit()
  return { code, output: program.stdout, fault: program.stderr.replaceAll(file, 'bridge.yaml') }
}

it('has under 60 lines', async ({ redis: _ }) => {
  expect((await printedAdapter())['index.js'].split('\n').length - 1).toBeLessThan(60)
})

it('passes the contract suite, by the command that is printed', async ({ redis: _ }) => {
  const server = join(project.folder, 'redis-server')
  await writeFile(server, `#!/bin/sh\nexec ${(await redisServer()).join(' ')} "$@"\n`)
  await chmod(server, 0o755)
  const [script = ''] = (await codeBlocks('CONTRIBUTING.md', 'sh')).filter(block => block.includes('--test'))
  const PATH = [project.folder, dirname(process.execPath), process.env['PATH']].join(':')
  const suite = start('sh', ['-c', script], { cwd: join(project.folder, FOLDER), env: { PATH } })
  expect(await suite.exit(), suite.stdout).toBe(0)
  const clauses = adapterContract(() => Promise.reject()).length
  for (const said of [`pass ${clauses}`, 'fail 0', 'skipped 0']) expect(suite.stdout).toContain(`ℹ ${said}\n`)
  expect(suite.stdout).not.toContain('not applicable')
})

describe.for(WAYS)('loaded as %s', ([, adapter]) => {
  it('check masks its options, places its faults, and shows its record', async ({ redis: _ }) => {
    const good = await check(adapter, 'stream: events')
    expect(good).toMatchObject({ code: 0, fault: '' })
    expect(good.output).toMatch(
      /archive:\n +adapter: .*\n +url: sha256:[\da-f]{8}\n +stream: events\n +largest: 536870912\n/
    )
    const bad = await check(adapter, 'streams: events, largest: much')
    expect(bad.code).toBe(1)
    const unknown = 'bridge.yaml:5:7: destinations.archive: unknown key "streams"; did you mean "stream"?'
    expect(bad.fault).toContain(unknown)
    expect(bad.fault).toContain('bridge.yaml:5:33: destinations.archive.largest: must be a number')
    const event = await check(adapter, 'stream: events', '--event', 'event.json')
    expect(event.output).toMatch(
      /record:\n +specversion: "1.0"\n +id: msg_example\n(.*\n)+ +data: '\{"id":"batches\/1"\}'\n/
    )
    const refused = await check(adapter, 'stream: events, largest: 3', '--event', 'event.json')
    expect(refused.output).toContain('refused: The data have more than 3 bytes. Raise largest.\n')
    for (const { output, fault } of [good, bad, event, refused]) expect(output + fault).not.toContain(PASSWORD)
  })

  it('serves by environment variables alone: takes, refuses, and is unavailable', async ({ redis }) => {
    const stream = randomUUID()
    await command(redis.url, 'XGROUP', 'CREATE', stream, 'readers', '$', 'MKSTREAM')
    const serveOnce = async (env: Record<string, string>) => {
      const listening = { BRIDGE_HOST: '127.0.0.1', BRIDGE_ADMIN_PORT: 'off', PORT: '0', BRIDGE_ADAPTER: adapter }
      const bridge = run(['serve'], { ...listening, REDIS_STREAMS_URL: redis.url, ...env })
      const [, url = ''] = await bridge.until(/"url":"([^"]+)"/)
      await bridge.until(/"connected"/)
      const send = run(['send', '--url', `${url}/webhooks/gemini`, '--id', 'msg_third-party'])
      await send.exit()
      await bridge.until(/"message":"webhook"/)
      bridge.kill('SIGTERM')
      expect(await bridge.exit()).toBe(0)
      return { answer: send.stdout, log: bridge.stderr }
    }
    const taken = await serveOnce({ REDIS_STREAMS_STREAM: stream })
    expect(taken.answer).toMatch(/^msg_third-party 204 /)
    const entries = await command(redis.url, 'XRANGE', stream, '-', '+')
    expect(entries).toEqual([[expect.any(String), expect.arrayContaining(['id', 'msg_third-party', 'data'])]])
    const refused = await serveOnce({ REDIS_STREAMS_STREAM: stream, REDIS_STREAMS_LARGEST: '3' })
    expect(refused.answer).toMatch(/^msg_third-party 422 ERR_EVENT /)
    const unavailable = await serveOnce({ REDIS_STREAMS_STREAM: `${stream}-2` })
    expect(unavailable.answer).toMatch(/^msg_third-party 503 ERR_DESTINATION /)
    const says = `Redis did not add to the stream \\"${stream}-2\\" (ABSENT). Create the stream, or correct stream.`
    expect(unavailable.log).toContain(`"error":"${says}"`)
    await command(redis.url, 'DEL', stream)
  })
})

it('without record, check --event shows the event that it would be given', async ({ redis: _ }) => {
  const bare = `import adapter from './${FOLDER}/index.js'\nexport default { ...adapter, record: undefined }\n`
  await writeFile(join(project.folder, 'bare.js'), bare)
  const { code, output } = await check('./bare.js', 'stream: events', '--event', 'event.json')
  expect(code).toBe(0)
  expect(output).toContain('note: The adapter does not say what its records are. It is given this event.')
  expect(output).toContain('"id":"msg_example"')
})
