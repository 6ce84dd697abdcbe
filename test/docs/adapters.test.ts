import { expect, test } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { load, SECRET } from '../config/folder.ts'
import { codeBlocks } from './code-blocks.ts'

// Whatever the examples refer to, all of it set to something that fits.
const env = {
  KAFKA_BROKERS: 'kafka-1.example.com:9093,kafka-2.example.com:9093',
  KAFKA_SASL_PASSWORD: 'a-password',
  KAFKA_SASL_CLIENT_SECRET: 'a-secret',
  KAFKA_TLS_PASSPHRASE: 'a-passphrase',
  CONFLUENT_KEY: 'a-key',
  CONFLUENT_SECRET: 'a-secret',
  EVENTS_TOKEN: 'a-token',
  EVENT_GRID_KEY: 'a-key',
  EVENTHUBS_CONNECTION_STRING: 'Endpoint=sb://acme.servicebus.windows.net/;SharedAccessKey=a-key'
}
const ENDPOINTS = `endpoints: [{ path: /a, verify: { static: { secrets: [${SECRET}] } } }]\n`

const BROKERS = ['eventbridge', 'http', 'kafka', 'pubsub']

const blocksOf = async (language: string, pattern: RegExp) => {
  const blocks = await Promise.all(['README.md', 'adapters/README.md'].map(file => codeBlocks(file, language)))
  return blocks.flat().filter(block => pattern.test(block))
}

test('every example of a destination is a configuration that works', async () => {
  const blocks = (await blocksOf('yaml', /^destinations:/)).filter(block => !/^result:/m.test(block))
  const shown = new Set<string>()
  for (const block of blocks) {
    const { destinations } = await load(ENDPOINTS + block, env)
    for (const { definition } of destinations) shown.add(definition.name)
  }
  expect([...shown]).toEqual(expect.arrayContaining(BROKERS))
})

test('every example by environment variables is a configuration that works', async () => {
  const blocks = await blocksOf('sh', /^export BRIDGE_ADAPTER=(?!stdout)/)
  const shown = new Set<string>()
  for (const block of blocks) {
    const variables = Object.fromEntries(
      Array.from(block.matchAll(/^export (\w+)=(\S+)$/gm), ([, name, value]) => [name, value])
    )
    const config = await loadConfig({ env: { ...variables, GEMINI_WEBHOOK_SECRET: SECRET }, directory: '/' })
    for (const { definition } of config.destinations) shown.add(definition.name)
    // Each variable is of use: without it, or with another value, the destination is another.
    for (const name of Object.keys(variables)) {
      const other = { ...variables, [name]: undefined, GEMINI_WEBHOOK_SECRET: SECRET }
      const changed = await loadConfig({ env: other, directory: '/' }).catch(() => undefined)
      expect(changed?.destinations, name).not.toEqual(config.destinations)
    }
  }
  expect([...shown].sort()).toEqual(BROKERS)
})
