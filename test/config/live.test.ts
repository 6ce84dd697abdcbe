import { execFile } from 'node:child_process'
import { mkdir, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { changesBetween } from '../../src/config/changes.ts'
import { openConfig } from '../../src/config/live.ts'
import { folder, OTHER_SECRET, SECRET, TOKEN } from './folder.ts'

const run = promisify(execFile)
const THIRD_SECRET = `whsec_${Buffer.alloc(32, 3).toString('base64')}`

/** A configuration of two secret files, a token file and an adapter with a secret option, all there. */
async function open(files: Readonly<Record<string, string>> = {}) {
  const directory = await folder({
    current: `${SECRET}\n`,
    previous: OTHER_SECRET,
    token: TOKEN,
    prefix: 'com.example.',
    password: 'first',
    'bridge.yaml': `
endpoints:
  - path: /webhooks/gemini
    verify: { static: { secrets: ["\${file:current}", "\${file:previous}"] } }
  - path: /jobs
    verify: { dynamic: { tokens: ["\${file:token}"] } }
events: { typePrefix: "\${file:prefix}" }
destinations:
  analytics:
    adapter: kafka
    brokers: [localhost:9092]
    topic: events
    sasl: { mechanism: plain, username: bridge, password: "\${file:password}" }
  console: { adapter: stdout }
dedupe: { store: redis, url: "redis://:\${file:password}@localhost" }
`,
    ...files
  })
  const live = await openConfig({ env: {}, directory, file: 'bridge.yaml' })
  return {
    live,
    path: (name: string) => join(directory, name),
    write: (name: string, text: string) => writeFile(join(directory, name), text)
  }
}
const secretsOf = ({ config }: Awaited<ReturnType<typeof open>>['live']) => config.endpoints[0]?.verify.static?.secrets

describe('files that a configuration refers to', () => {
  test('are named, each once', async () => {
    const { live, path } = await open()
    expect(live.files.toSorted()).toEqual(['current', 'password', 'prefix', 'previous', 'token'].map(path).toSorted())
  })

  test('are read again, and only what has changed is taken', async () => {
    const { live, write, path } = await open()
    expect(await live.reload()).toEqual({ config: live.config, taken: [], kept: new Map() })
    await write('current', `${THIRD_SECRET}\n${SECRET}\n`)
    const { config, taken, kept } = await live.reload()
    expect(config).toBe(live.config)
    expect(secretsOf(live)).toEqual([THIRD_SECRET, SECRET, OTHER_SECRET])
    expect([taken, kept.size]).toEqual([[path('current')], 0])
    expect(Object.isFrozen(config.endpoints)).toBe(true)
  })

  test.each([
    ['no secret', 'whsec_mistyped!', /^bridge\.yaml:4:35: .*secrets\[0\]: The signing secret is not base64/],
    ['two lines, one of which is none', `${SECRET}\nwhsec_mistyped!`, /The signing secret is not base64/],
    ['nothing', '', /^the file is empty\. Write the value into it$/],
    ['a line break', '\n', /^the file is empty/]
  ])('keep their value when the new one is %s', async (_what, text, fault) => {
    const { live, write, path } = await open()
    await write('current', text)
    const { taken, kept } = await live.reload()
    expect(taken).toEqual([])
    expect([...kept.keys()]).toEqual([path('current')])
    expect(kept.get(path('current'))).toMatch(fault)
    expect(kept.get(path('current'))).not.toContain('mistyped')
    expect(secretsOf(live)).toEqual([SECRET, OTHER_SECRET])
    await write('current', THIRD_SECRET)
    expect((await live.reload()).kept.size).toBe(0)
    expect(secretsOf(live)).toEqual([THIRD_SECRET, OTHER_SECRET])
  })

  test('keep their value when they vanish', async () => {
    const { live, path } = await open()
    await rm(path('current'))
    expect((await live.reload()).kept.get(path('current'))).toMatch(
      /^the file cannot be read \(ENOENT\)\. Put it there/
    )
    expect(secretsOf(live)).toEqual([SECRET, OTHER_SECRET])
  })

  test('do not hold up one another', async () => {
    const { live, write, path } = await open()
    await write('current', 'none')
    await write('previous', THIRD_SECRET)
    const { taken, kept } = await live.reload()
    expect([taken, [...kept.keys()]]).toEqual([[path('previous')], [path('current')]])
    expect(secretsOf(live)).toEqual([SECRET, THIRD_SECRET])
  })

  test('may hold the same value for a while', async () => {
    const { live, write } = await open({ previous: SECRET })
    expect(secretsOf(live)).toEqual([SECRET])
    await write('current', THIRD_SECRET)
    await live.reload()
    expect(secretsOf(live)).toEqual([THIRD_SECRET, SECRET])
  })

  test('in any sequence of good and bad values, the last good one of each counts', async () => {
    const { live, write, path } = await open()
    const good = [SECRET, OTHER_SECRET, THIRD_SECRET]
    const value = fc.oneof(fc.constantFrom(...good), fc.constantFrom('', 'none', undefined))
    const step = fc.record({ name: fc.constantFrom('current', 'previous'), value })
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(step, { maxLength: 3 }), { maxLength: 4 }), async rounds => {
        await write('current', SECRET)
        await write('previous', OTHER_SECRET)
        await live.reload()
        const last: Record<string, string> = { current: SECRET, previous: OTHER_SECRET }
        for (const round of rounds) {
          for (const { name, value } of round)
            await (value === undefined ? rm(path(name), { force: true }) : write(name, value))
          for (const { name, value } of new Map(round.map(each => [each.name, each])).values())
            if (value !== undefined && good.includes(value)) last[name] = value
          await live.reload()
          expect(secretsOf(live)).toEqual([...new Set([last['current'], last['previous']])])
        }
      }),
      { numRuns: 60 }
    )
  })
})

test('what a running bridge can take is told apart from what it cannot', async () => {
  const { live, write } = await open()
  const before = live.config
  const changes = async (name: string, text: string) => {
    const start = live.config
    await write(name, text)
    await live.reload()
    const { endpoints, destinations, redisUrl, others } = changesBetween(start, live.config)
    return [endpoints, destinations.map(({ name }) => name), redisUrl, others]
  }
  expect(changesBetween(before, before)).toMatchObject({ endpoints: [], destinations: [], others: [] })
  const redis = 'redis://:first@localhost'
  expect(await changes('current', THIRD_SECRET)).toEqual([[0], [], redis, []])
  expect(await changes('token', `${TOKEN}x`)).toEqual([[1], [], redis, []])
  expect(await changes('password', 'second')).toEqual([[], ['analytics'], 'redis://:second@localhost', []])
  expect(await changes('prefix', 'org.example.')).toEqual([[], [], 'redis://:second@localhost', ['events']])
})

test('what a schema makes of an option need not be comparable', async () => {
  const directory = await folder({
    key: 'first',
    'adapter.js': `import { z } from ${JSON.stringify(import.meta.resolve('zod'))}
class Key { #text; constructor(text) { this.#text = text } }
export default { name: 'opaque', options: z.object({ key: z.string().transform(text => new Key(text)) }), connect() {} }`,
    'bridge.yaml': `
endpoints: [{ path: /a, verify: { static: { secrets: ["${SECRET}"] } } }]
destinations: { one: { adapter: ./adapter.js, key: "\${file:key}" } }
`
  })
  const live = await openConfig({ env: {}, directory, file: 'bridge.yaml' })
  const before = live.config
  expect(changesBetween(before, (await live.reload()).config).destinations).toEqual([])
  await writeFile(join(directory, 'key'), 'second')
  await live.reload()
  expect(changesBetween(before, live.config).destinations).toMatchObject([{ name: 'one' }])
})

test('a schema that throws keeps the last value, and nothing of the new one is shown', async () => {
  const directory = await folder({
    key: '{"user":"a"}',
    'adapter.js': `import { z } from ${JSON.stringify(import.meta.resolve('zod'))}
export default { name: 'json', options: z.object({ key: z.string().transform(text => JSON.parse(text)) }), connect() {} }`,
    'bridge.yaml': `
endpoints: [{ path: /a, verify: { static: { secrets: ["${SECRET}"] } } }]
destinations: { one: { adapter: ./adapter.js, key: "\${file:key}" } }
`
  })
  const live = await openConfig({ env: {}, directory, file: 'bridge.yaml' })
  await writeFile(join(directory, 'key'), 'hunter2')
  const { kept, config } = await live.reload()
  expect(config.destinations[0]?.options).toEqual({ key: { user: 'a' } })
  expect(kept.get(join(directory, 'key'))).toMatch(/the adapter's schema throws \(SyntaxError\)\. Check the values/)
  expect(kept.get(join(directory, 'key'))).not.toContain('hunter2')
})

test.each([
  ['a pipe', (path: string) => run('mkfifo', [path]), 'is not a regular file'],
  ['a folder', (path: string) => mkdir(path), 'is not a regular file'],
  ['endless', (path: string) => symlink('/dev/zero', path), 'is not a regular file'],
  ['huge', (path: string) => writeFile(path, '').then(() => truncate(path, 2 ** 31)), 'is larger than 1048576 bytes']
])('a file that is %s by now keeps its value, and holds up nothing', async (_what, put, fault) => {
  const { live, write, path } = await open()
  await rm(path('current'))
  await put(path('current'))
  await write('previous', THIRD_SECRET)
  const { kept } = await live.reload()
  expect(kept.get(path('current'))).toContain(fault)
  expect(secretsOf(live)).toEqual([SECRET, THIRD_SECRET])
})
