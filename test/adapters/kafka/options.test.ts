// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references are among what is tried
import { describe, expect, test } from 'vitest'
import { options } from '../../../adapters/kafka/options.ts'
import { alternatives, type JsonSchema, shapeOf } from '../../../src/config/shape.ts'
import { byEnvironment, byFile, optionsOf, said } from './configured.ts'

const DEFAULTS = {
  brokers: ['localhost:9092'],
  topic: 't',
  client: 'kafkajs',
  clientId: 'gemini-event-bridge',
  contentMode: 'binary',
  key: 'partitionkey',
  compression: 'none',
  tls: false
}

test('brokers and a topic are enough, in a file and by environment', async () => {
  expect(await optionsOf(byFile('brokers: ["localhost:9092"], topic: t'))).toEqual(DEFAULTS)
  expect(await optionsOf(byEnvironment({}))).toEqual(DEFAULTS)
})

test('every option has a description and an example, and every secret is marked', () => {
  const bare: string[] = []
  const secrets: string[] = []
  const walk = (schema: JsonSchema, path: string) => {
    for (const { properties = {} } of alternatives(schema, schema)) {
      for (const [key, inner] of Object.entries(properties)) {
        if (typeof inner !== 'object') continue
        const parts = alternatives(inner, inner)
        if (!parts.some(part => part.description) || !parts.some(part => part.examples)) bare.push(`${path}${key}`)
        if (parts.some(part => part['secret'])) secrets.push(`${path}${key}`)
        walk(inner, `${path}${key}.`)
      }
    }
  }
  walk(shapeOf(options), '')
  expect(bare).toEqual([])
  expect(secrets).toEqual(['tls.passphrase', 'sasl.password', 'sasl.clientSecret'])
})

describe('brokers', () => {
  test.each([
    ['["${env:B}"]', { B: 'one:9092, two:9093,' }, ['one:9092', 'two:9093']],
    ['["${env:B}", "three:9094"]', { B: 'one:9092,two:9093' }, ['one:9092', 'two:9093', 'three:9094']],
    ['["10.0.0.1:1", "kafka_1:65535"]', {}, ['10.0.0.1:1', 'kafka_1:65535']]
  ])('%s with %j are %j', async (brokers, env, expected) => {
    expect(await optionsOf(byFile(`brokers: ${brokers}, topic: t`, env))).toMatchObject({ brokers: expected })
  })

  const FAULT =
    'must be host:port, such as kafka-1.example.com:9092 (for an IPv6 address, a name); several have commas between them'

  test.each([
    ...['kafka', 'kafka:', ':9092', 'kafka:0', 'kafka:65536', 'kafka:9092/topic', 'kafka://kafka:9092', 'a b:9092'],
    ...['[kafka]:9092', '[::1]', '::1:9092', '[2001:db8::1]:9092', 'kafka:9092,kafka']
  ])('%j is refused', async broker => {
    expect(await said(byFile(`brokers: ["ok:1", "${broker}"], topic: t`))).toEqual([`brokers[1]: ${FAULT}`])
    expect(await said(byEnvironment({ KAFKA_BROKERS: `ok:1,${broker}` }))).toEqual([`KAFKA_BROKERS: ${FAULT}`])
  })

  test.each(['', ',', ' , '])('%j holds none', async brokers => {
    expect(await said(byFile(`brokers: ["${brokers}"], topic: t`))).toEqual([`brokers[0]: ${FAULT}`])
  })

  test.each(['kafka:9092', '[]'])('%s is no list of them', async brokers => {
    expect(await said(byFile(`brokers: ${brokers}, topic: t`))).toEqual([
      'brokers: must be a list of host:port | brokers: [ kafka-1.example.com:9092, kafka-2.example.com:9092 ]'
    ])
  })

  test('without them, an assignment is offered', async () => {
    expect(await said(byEnvironment({ KAFKA_BROKERS: '' }))).toEqual([
      'KAFKA_BROKERS: is missing; it must be a list of host:port | KAFKA_BROKERS=kafka-1.example.com:9092,kafka-2.example.com:9092'
    ])
  })
})

test.each([
  [{ KAFKA_TOPIC: 'a'.repeat(249) }, { topic: 'a'.repeat(249) }],
  [{ KAFKA_TOPIC: '...' }, { topic: '...' }],
  [{ KAFKA_TOPIC: '7' }, { topic: '7' }],
  [{ KAFKA_CLIENT: 'platformatic' }, { client: 'platformatic' }],
  [{ KAFKA_CLIENT_ID: 'bridge-7' }, { clientId: 'bridge-7' }],
  [{ KAFKA_CONTENT_MODE: 'structured' }, { contentMode: 'structured' }],
  [{ KAFKA_KEY: 'subject' }, { key: 'subject' }],
  [{ KAFKA_COMPRESSION: 'gzip' }, { compression: 'gzip' }],
  [{ KAFKA_TLS: 'true' }, { tls: true }],
  [{ KAFKA_TLS: 'false' }, { tls: false }],
  [{ KAFKA_TLS_CA: 'ca.pem' }, { tls: { ca: 'ca.pem' } }],
  [
    { KAFKA_TLS_CERT: 'a.pem', KAFKA_TLS_KEY: 'a.key', KAFKA_TLS_PASSPHRASE: '7', KAFKA_TLS_SERVERNAME: 'kafka' },
    { tls: { cert: 'a.pem', key: 'a.key', passphrase: '7', servername: 'kafka' } }
  ]
])('%j is %j', async (env, expected) => {
  expect(await optionsOf(byEnvironment(env))).toEqual({ ...DEFAULTS, ...expected })
})

const TOPIC_FAULT =
  "must be 1 to 249 letters, digits, '.', '_' and '-', and neither '.' nor '..' | topic: gemini-events"

test.each([
  ['topic: .', `topic: ${TOPIC_FAULT}`],
  ['topic: ..', `topic: ${TOPIC_FAULT}`],
  ['topic: a/b', `topic: ${TOPIC_FAULT}`],
  ['topic: ä', `topic: ${TOPIC_FAULT}`],
  [`topic: ${'a'.repeat(250)}`, `topic: ${TOPIC_FAULT}`],
  ['topic: 7', `topic: ${TOPIC_FAULT}`],
  ['client: librdkafka', 'client: must be kafkajs or platformatic | client: kafkajs'],
  ['clientId: ""', 'clientId: must be a text that is not empty | clientId: gemini-event-bridge'],
  ['contentMode: json', 'contentMode: must be binary or structured | contentMode: binary'],
  ['compression: snappy', 'compression: must be none or gzip | compression: gzip'],
  ...['key: data', 'key: partitionKey', 'key: ""', `key: ${'a'.repeat(21)}`].map(key => [
    key,
    "key: must be a CloudEvents attribute's name: 1 to 20 lower case letters and digits, not data | key: partitionkey"
  ])
])('%s is refused', async (option, fault = '') => {
  const topic = option.startsWith('topic') ? '' : 'topic: t, '
  expect(await said(byFile(`brokers: ["localhost:9092"], ${topic}${option}`))).toEqual([fault])
})
