// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references are among what is tried
import { describe, expect, test } from 'vitest'
import { options } from '../../../adapters/pubsub/options.ts'
import { alternatives, shapeOf } from '../../../src/config/shape.ts'
import { configure, optionsOf, said } from '../configured.ts'

const { byFile, byEnvironment } = configure('pubsub', { PUBSUB_TOPIC: 'gemini-events' })
const written = (rest: string, env = {}) => byFile(`topic: gemini-events, ${rest}`, env)

const DEFAULTS = { topic: 'gemini-events', contentMode: 'binary', orderingKey: false }

test('a topic is enough, in a file and by environment', async () => {
  expect(await optionsOf(byFile('topic: gemini-events'))).toEqual(DEFAULTS)
  expect(await optionsOf(byEnvironment({}))).toEqual(DEFAULTS)
})

test("variables of Google's own are none of the bridge's", async () => {
  const google = { PUBSUB_EMULATOR_HOST: '127.0.0.1:8085', GOOGLE_CLOUD_PROJECT: 'acme' }
  expect(await optionsOf(byEnvironment(google))).toEqual(DEFAULTS)
  expect(await optionsOf(byFile('topic: gemini-events', google))).toEqual(DEFAULTS)
})

test('every option has a description and an example, and none is a secret', () => {
  for (const [name, inner] of Object.entries(shapeOf(options).properties ?? {})) {
    const parts = typeof inner === 'object' ? alternatives(inner, inner) : []
    expect(parts.some(part => part.description) && parts.some(part => part.examples), name).toBe(true)
    expect(
      parts.some(part => part['secret']),
      name
    ).toBe(false)
  }
})

describe('topic', () => {
  const FAULT =
    "must be a topic's id, or projects/<project>/topics/<id>; an id begins with a letter, has 3 to 255 letters, digits and -_.~+%, and does not begin with goog"
  const EXAMPLE = 'projects/acme/topics/gemini-events'
  const longest = `a${'x'.repeat(254)}`

  test.each([
    ...['abc', 'a-_.~+%9', 'A23', 'goo', 'my-google', longest],
    ...['projects/acme/topics/gemini-events', 'projects/123/topics/abc', `projects/example.com:acme/topics/${longest}`]
  ])('%j', async topic => {
    expect(await optionsOf(byFile(`topic: "${topic}"`))).toEqual({ ...DEFAULTS, topic })
    expect(await optionsOf(byEnvironment({ PUBSUB_TOPIC: topic }))).toEqual({ ...DEFAULTS, topic })
  })

  test.each([
    ...['ab', '1abc', '-abc', 'a b', 'a/b', 'a:b', 'äbc', 'goog', 'google-events', `${longest}x`, 'topics/abc'],
    ...['projects/acme/topics/', 'projects/acme/topics/ab', 'projects/acme/topics/goog-a', 'projects//topics/abc'],
    ...['projects/a/b/topics/abc', 'projects/a b/topics/abc', '/projects/acme/topics/abc', 'projects/a/topics/abc/d'],
    ...['projects/acme/subscriptions/abc', 'Projects/acme/topics/abc', 'abc\\n']
  ])('%j is refused', async topic => {
    expect(await said(byFile(`topic: "${topic}"`))).toEqual([`topic: ${FAULT} | topic: ${EXAMPLE}`])
  })

  test('a number is refused, and one that is missing, too', async () => {
    expect(await said(byFile('topic: 123'))).toEqual([`topic: ${FAULT} | topic: ${EXAMPLE}`])
    expect(await said(byEnvironment({ PUBSUB_TOPIC: '' }))).toEqual([
      `PUBSUB_TOPIC: is missing; it ${FAULT} | PUBSUB_TOPIC=${EXAMPLE}`
    ])
  })
})

describe('orderingKey', () => {
  test.each([
    ['true', 'partitionkey'],
    ['false', false],
    ['partitionkey', 'partitionkey'],
    ['id', 'id'],
    ['a2345678901234567890', 'a2345678901234567890']
  ])('%s is %j', async (orderingKey, expected) => {
    const same = { ...DEFAULTS, orderingKey: expected }
    expect(await optionsOf(written(`orderingKey: ${orderingKey}`))).toEqual(same)
    expect(await optionsOf(written(`orderingKey: "${orderingKey}"`))).toEqual(same)
    expect(await optionsOf(written('orderingKey: "${env:KEY}"', { KEY: orderingKey }))).toEqual(same)
    expect(await optionsOf(byEnvironment({ PUBSUB_ORDERING_KEY: orderingKey }))).toEqual(same)
  })

  const FAULT = "must be true, or a CloudEvents attribute's name: 1 to 20 lower case letters and digits, not data"

  test.each(['data', 'partitionKey', 'a-b', 'yes!', '""', '7', 'a'.repeat(21), '"TRUE"'])(
    '%s is refused',
    async orderingKey => {
      expect(await said(written(`orderingKey: ${orderingKey}`))).toEqual([
        `orderingKey: ${FAULT} | orderingKey: partitionkey`
      ])
    }
  )

  test('by environment too', async () => {
    expect(await said(byEnvironment({ PUBSUB_ORDERING_KEY: 'data' }))).toEqual([
      `PUBSUB_ORDERING_KEY: ${FAULT} | PUBSUB_ORDERING_KEY=partitionkey`
    ])
  })
})

test.each([
  [{ PUBSUB_PROJECT_ID: 'acme' }, { projectId: 'acme' }],
  [{ PUBSUB_PROJECT_ID: '123' }, { projectId: '123' }],
  [{ PUBSUB_PROJECT_ID: 'example.com:acme' }, { projectId: 'example.com:acme' }],
  [{ PUBSUB_CONTENT_MODE: 'structured' }, { contentMode: 'structured' }],
  [{ PUBSUB_ENDPOINT: 'europe-west3-pubsub.googleapis.com' }, { endpoint: 'europe-west3-pubsub.googleapis.com' }],
  [{ PUBSUB_ENDPOINT: 'LOCALHOST:443' }, { endpoint: 'LOCALHOST:443' }],
  [{ PUBSUB_ENDPOINT: '10.0.0.1:65535' }, { endpoint: '10.0.0.1:65535' }]
])('%j is %j', async (env, expected) => {
  expect(await optionsOf(byEnvironment(env))).toEqual({ ...DEFAULTS, ...expected })
})

const PROJECT_FAULT = "projectId: must be a project's id, such as acme-prod | projectId: acme"
const ENDPOINT_FAULT =
  'endpoint: must be host or host:port, such as europe-west3-pubsub.googleapis.com | endpoint: europe-west3-pubsub.googleapis.com'

test.each([
  ['projectId: ""', PROJECT_FAULT],
  ['projectId: 123', PROJECT_FAULT],
  ['projectId: projects/acme', PROJECT_FAULT],
  ['projectId: a b', PROJECT_FAULT],
  ['contentMode: json', 'contentMode: must be binary or structured | contentMode: binary'],
  ...[
    '""',
    '"https://pubsub.googleapis.com"',
    'pubsub.googleapis.com/v1',
    'a b',
    '"host:"',
    '"host:port"',
    '"::1"',
    'localhost:0',
    'localhost:65536'
  ].map(endpoint => [`endpoint: ${endpoint}`, ENDPOINT_FAULT]),
  ['project: acme', ': unknown key "project"; did you mean "projectId"?']
])('%s is refused', async (option, fault = '') => {
  expect(await said(written(option))).toEqual([fault])
})
