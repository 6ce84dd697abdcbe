import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { adapters } from '../../adapters/index.ts'
import { bridgeJsonSchema } from '../../src/config/json-schema.ts'
import { loadConfig } from '../../src/config/load.ts'
import type { JsonSchema } from '../../src/config/shape.ts'
import { faultsIn, folder, load, SECRET } from './folder.ts'

const adapter = fileURLToPath(new URL('fixtures/adapter.ts', import.meta.url))
const withDestination = (keys: string) =>
  load(`
endpoints: [{ path: /a, verify: { static: { secrets: ["${SECRET}"] } } }]
destinations: { analytics: { adapter: ${adapter}, topic: t, ${keys} }, agents: { adapter: memory } }
`)

test('a fallback is the bridge’s own key of a destination, and no option of its adapter', async () => {
  const { destinations } = await withDestination('fallback: { to: agents, after: 90s }')
  expect(destinations[0]).toMatchObject({ name: 'analytics', fallback: { to: 'agents', after: 90_000 } })
  expect(destinations[0]?.options).not.toHaveProperty('fallback')
  expect(Object.isFrozen(destinations[0]?.fallback)).toBe(true)
  expect(destinations[1]).not.toHaveProperty('fallback')
})

test('it takes two minutes unless something else is written', async () => {
  expect((await withDestination('fallback: { to: agents }')).destinations[0]?.fallback?.after).toBe(120_000)
})

test.each([
  ['fallback: { to: agent }', '.fallback.to: must be a destination\'s name; did you mean "agents"?'],
  ['fallback: { to: analytics }', '.fallback.to: must be another destination than the one that it stands in for'],
  ['fallback: {}', ".fallback.to: is missing; it must be a destination's name"],
  ['fallback: agents', '.fallback: must be a mapping (keys and values)'],
  ['fallback: { to: agents, after: 2 }', '.fallback.after: must be a duration from 1s to 24h, in ms, s, m or h'],
  ['fallback: { to: agents, after: 25h }', '.fallback.after: must be a duration from 1s to 24h, in ms, s, m or h'],
  ['fallback: { to: agents, afer: 2m }', '.fallback: unknown key "afer"; did you mean "after"?'],
  ['falback: { to: agents }', ': unknown key "falback"; did you mean "fallback"?']
])('{ %s } is refused, once', async (keys, fault) => {
  expect(await faultsIn(withDestination(keys))).toEqual([`destinations.analytics${fault}`])
})

test('a typing error in its name is seen without the adapter, too', async () => {
  const text = `destinations: { a: { adapt: stdout, falback: { to: b }, fallback: { to: b } }, b: { adapter: stdout } }`
  expect(await faultsIn(load(text))).toEqual([
    'endpoints: is missing; it must be a list',
    'destinations.a.adapter: is missing; it must be the name of a built-in adapter, a package, or a path',
    'destinations.a: unknown key "adapt"; did you mean "adapter"?',
    'destinations.a: unknown key "falback"; did you mean "fallback"?'
  ])
})

test('two destinations may stand in for each other', async () => {
  const { destinations } = await load(`
endpoints: [{ path: /a, verify: { static: { secrets: ["${SECRET}"] } } }]
destinations: { a: { adapter: memory, fallback: { to: b } }, b: { adapter: memory, fallback: { to: a } } }
`)
  expect(destinations.map(({ fallback }) => fallback?.to)).toEqual(['b', 'a'])
})

test('the environment alone has no fallback, no routes and no dead letter', async () => {
  const env = { GEMINI_WEBHOOK_SECRET: SECRET, BRIDGE_ADAPTER: 'memory', MEMORY_FALLBACK_TO: 'x', MEMORY_FALLBACK: 'x' }
  const config = await loadConfig({ env, directory: await folder() })
  expect(config.destinations[0]).not.toHaveProperty('fallback')
  expect(config).toMatchObject({ dedupe: { store: 'memory' } })
  expect(Object.keys(config)).not.toEqual(expect.arrayContaining(['routes', 'deadLetter']))
})

test('the JSON Schema knows it for each adapter', async () => {
  const { properties = {} } = await bridgeJsonSchema()
  const { additionalProperties: destination } = properties['destinations'] as { additionalProperties: JsonSchema }
  expect(destination.properties).toMatchObject({ fallback: { type: 'object', required: ['to'] } })
  const parts = destination.allOf?.map(part => Object.entries((part as { then: JsonSchema }).then.properties ?? {}))
  expect(parts).toEqual(Object.keys(adapters).map(() => expect.arrayContaining([['fallback', true]])))
})
