import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { faultsIn, faultsOf, folder, load, SECRET } from './folder.ts'

const fixture = (name: string) => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url))
const withDestinations = (destinations: string) =>
  `endpoints: [{ path: /a, verify: { static: { secrets: ["${SECRET}"] } } }]\ndestinations: { ${destinations} }\n`
const sample = (options: string) => load(withDestinations(`a: { adapter: ${fixture('adapter.ts')}, ${options} }`))

describe('an adapter', () => {
  test('is built in, or a module by its path from the configuration file', async () => {
    const directory = await folder({
      'bridge.yaml': withDestinations('one: { adapter: memory }, two: { adapter: ./own.ts, topic: t }'),
      'own.ts': `export { default } from ${JSON.stringify(fixture('adapter.ts'))}`
    })
    const { destinations } = await loadConfig({ env: {}, directory: '/', file: join(directory, 'bridge.yaml') })
    expect(destinations).toMatchObject([
      { name: 'one', definition: { name: 'memory' }, options: { capacity: 1000 } },
      { name: 'two', definition: { name: 'sample-broker' }, options: { topic: 't', brokers: ['localhost:9092'] } }
    ])
  })

  test('stays as its module made it: with state of its own, and with a default that leads back to it', async () => {
    const directory = await folder({
      'bridge.yaml': withDestinations('a: { adapter: ./own.cjs }'),
      'own.cjs': `module.exports = { name: 'own', state: {}, connect() {},
        options: require(${JSON.stringify(fileURLToPath(import.meta.resolve('zod')))}).z.strictObject({}) }
        module.exports.default = module.exports`
    })
    const { destinations } = await loadConfig({ env: {}, directory, file: 'bridge.yaml' })
    expect(Object.isFrozen(destinations[0])).toBe(true)
    expect(Object.isFrozen(destinations[0]?.options)).toBe(true)
    expect(Object.isFrozen(destinations[0]?.definition)).toBe(false)
  })

  test.each([
    ['own-adapter', { exports: { import: './index.js', require: './absent.cjs' } }],
    ['@acme/adapter', { main: 'index.js' }]
  ])('is the package %s, installed where the configuration file is', async (name, manifest) => {
    const directory = await folder({ 'bridge.yaml': withDestinations(`a: { adapter: "${name}", topic: t }`) })
    const home = join(directory, 'node_modules', name)
    await mkdir(home, { recursive: true })
    await writeFile(join(home, 'package.json'), JSON.stringify({ name, type: 'module', ...manifest }))
    await writeFile(join(home, 'index.js'), `export { default } from ${JSON.stringify(fixture('adapter.ts'))}`)
    const { destinations } = await loadConfig({ env: {}, directory, file: 'bridge.yaml' })
    expect(destinations).toMatchObject([{ definition: { name: 'sample-broker' }, options: { topic: 't' } }])
  })

  test.each([
    ['stdot', 'Cannot import `stdot`. Make sure it is installed. Or did you mean "stdout"?'],
    ['not-installed-adapter', 'Cannot import `not-installed-adapter`. Make sure it is installed.'],
    ['own/absent.js', 'Cannot import `own`. A path begins with ./; otherwise make sure it is installed.'],
    ['./absent.ts', 'Cannot import `./absent.ts`. Make sure that it is there, and what it imports.'],
    [fixture('not-an-adapter.ts'), /is no adapter definition: its options must be a z\.strictObject\. Correct it\.$/],
    [
      '"two words"',
      /^is not the name of a built-in adapter \(eventbridge, http, kafka, memory, pubsub, stdout\), a package, or a path\. Correct it\.$/
    ],
    ['"node:fs"', /^is not the name of a built-in adapter/],
    ['"data:text/javascript,export default 1"', /^is not the name of a built-in adapter/],
    ['toString', /^Cannot import `toString`/],
    ['""', /^is not the name of a built-in adapter/],
    ['5', 'must be the name of a built-in adapter, a package, or a path']
  ])('%s is refused', async (adapter, fault) => {
    const [found = '', ...more] = await faultsIn(load(withDestinations(`a: { adapter: ${adapter} }`)))
    expect(more).toEqual([])
    expect(found.replace('destinations.a.adapter: ', '')).toMatch(fault)
  })

  test('is loaded only when a destination names it', async () => {
    const directory = await folder({
      'bridge.yaml': withDestinations('a: { adapter: memory }'),
      'loud.ts': 'throw new Error("loaded")'
    })
    await loadConfig({ env: {}, directory, file: 'bridge.yaml' })
    await writeFile(join(directory, 'bridge.yaml'), withDestinations('a: { adapter: ./loud.ts }'))
    expect(await faultsIn(loadConfig({ env: {}, directory, file: 'bridge.yaml' }))).toEqual([
      'destinations.a.adapter: Cannot import `./loud.ts`: loaded. Mend it, or name another adapter.'
    ])
  })
})

describe('options', () => {
  test.each([
    ['', '.topic: is missing; it must be a text'],
    ['topic: t, topics: u', ': unknown key "topics"; did you mean "topic"?'],
    ['topic: t, batchSize: 101', '.batchSize: must be at most 100'],
    ['topic: t, batchSize: many', '.batchSize: must be a number'],
    ['topic: t, brokers: one', '.brokers: must be a list'],
    ['topic: t, brokers: [1]', '.brokers[0]: must be a text'],
    ['topic: t, tls: { cs: x }', '.tls: unknown key "cs"; did you mean "ca"?'],
    ['topic: t, sasl: {}', '.sasl.mechanism: is missing'],
    ['topic: t, sasl: { mechanism: oauth }', '.sasl.token: is missing; it must be a text'],
    ['topic: t, sasl: { mechanism: plain, username: u, password: hunter2 }', '.sasl.password: must not be …']
  ])('{ %s } are refused by the adapter’s own schema', async (options, fault) => {
    expect(await faultsIn(sample(options))).toEqual([`destinations.a${fault}`])
  })

  test('have their places in the file', async () => {
    expect(
      await faultsOf(load(`${withDestinations('a: { adapter: memory, capacity: 0 }, b: { adapter: stdout, x: 1 }')}`))
    ).toEqual([
      'bridge.yaml:2:49: destinations.a.capacity: must be at least 1',
      'bridge.yaml:2:76: destinations.b: unknown key "x"; known here: fallback'
    ])
  })
})

test.each(['"1a"', '"a b"', '"a.b"', 'ä', 'a'.repeat(64), '""'])('a destination cannot be called %s', async name => {
  expect((await faultsIn(load(withDestinations(`${name}: { adapter: stdout }`))))[0]).toMatch(
    /^destinations: the name( ".*")? must be 1 to 63 letters, digits, _ and -, with a letter first$/
  )
})
