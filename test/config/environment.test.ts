// biome-ignore-all lint/suspicious/noTemplateCurlyInString: no reference here, only a value that looks like one
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { faultsOf, OTHER_SECRET, problemsOf, SECRET, TOKEN } from './folder.ts'

const directory = fileURLToPath(new URL('fixtures', import.meta.url))
const load = (env: Record<string, string>) => loadConfig({ env, directory })
const MINIMAL = { GEMINI_WEBHOOK_SECRET: SECRET, BRIDGE_ADAPTER: 'stdout' }
const SAMPLE = { ...MINIMAL, BRIDGE_ADAPTER: './adapter.ts', SAMPLE_BROKER_TOPIC: 'orders' }

test('a secret and an adapter are enough', async () => {
  expect(await load(MINIMAL)).toMatchObject({
    listen: { host: '0.0.0.0', port: 8080 },
    admin: { host: '127.0.0.1', port: 9464 },
    endpoints: [
      {
        path: '/webhooks/gemini',
        source: '//generativelanguage.googleapis.com',
        verify: { static: { secrets: [SECRET] } }
      }
    ],
    destinations: [{ name: 'stdout', definition: { name: 'stdout' }, options: {} }],
    directory
  })
})

test('secrets and tokens are lists with white space between; the token adds the dynamic endpoint', async () => {
  const { endpoints } = await load({
    ...MINIMAL,
    GEMINI_WEBHOOK_SECRET: `${SECRET}\n  ${OTHER_SECRET}\n`,
    GEMINI_CALLBACK_TOKEN: `${TOKEN} ${TOKEN}2`,
    GEMINI_KEYS_URL: 'http://127.0.0.1:1/keys',
    BRIDGE_SOURCE: 'urn:acme'
  })
  expect(endpoints).toMatchObject([
    { path: '/webhooks/gemini', source: 'urn:acme', verify: { static: { secrets: [SECRET, OTHER_SECRET] } } },
    {
      path: '/webhooks/gemini/jobs',
      source: 'urn:acme',
      verify: { dynamic: { tokens: [TOKEN, `${TOKEN}2`], keys: { url: 'http://127.0.0.1:1/keys' } } }
    }
  ])
  expect(endpoints.map(({ verify }) => Object.keys(verify))).toEqual([['static'], ['dynamic']])
})

test('a token alone makes the dynamic endpoint alone', async () => {
  const { endpoints } = await load({ GEMINI_CALLBACK_TOKEN: TOKEN, BRIDGE_ADAPTER: 'stdout' })
  expect(endpoints.map(({ path }) => path)).toEqual(['/webhooks/gemini/jobs'])
})

test.each([
  [{ PORT: '1', BRIDGE_HOST: '::1' }, { listen: { host: '::1', port: 1 } }],
  [{ BRIDGE_ADMIN_HOST: '0.0.0.0', BRIDGE_ADMIN_PORT: '2' }, { admin: { host: '0.0.0.0', port: 2 } }],
  [{ BRIDGE_ADMIN_PORT: 'off', BRIDGE_ADMIN_HOST: '0.0.0.0' }, { admin: false }],
  [{ BRIDGE_ADMIN_PORT: 'false' }, { admin: false }],
  [{ LOG_LEVEL: 'debug' }, { log: { level: 'debug' } }],
  [{ PORT: '', BRIDGE_SOURCE: '', BRIDGE_CONFIG: '' }, { listen: { port: 8080 } }]
])('%j is %j', async (env, expected) => {
  expect(await load({ ...MINIMAL, ...env })).toMatchObject(expected)
})

test('an adapter’s options have its name and theirs; what else begins with it is left alone', async () => {
  const { destinations } = await load({
    ...SAMPLE,
    SAMPLE_BROKER_BROKERS: 'one:1, two:2,',
    SAMPLE_BROKER_CLIENT_ID: '42',
    SAMPLE_BROKER_BATCH_SIZE: '7',
    SAMPLE_BROKER_TLS_CA: '/ca.pem',
    SAMPLE_BROKER_TLS_VERIFY: 'false',
    SAMPLE_BROKER_SASL_MECHANISM: 'plain',
    SAMPLE_BROKER_SASL_USERNAME: 'user',
    SAMPLE_BROKER_SASL_PASSWORD: '${env:not} a, reference',
    SAMPLE_BROKER_SERVICE_HOST: '10.0.0.1',
    SAMPLE_BROKER_HEADERS: 'a=b'
  })
  expect(destinations).toMatchObject([
    {
      name: 'sample-broker',
      options: {
        topic: 'orders',
        brokers: ['one:1', 'two:2'],
        clientId: '42',
        batchSize: 7,
        tls: { ca: '/ca.pem', verify: false },
        sasl: { mechanism: 'plain', username: 'user', password: { text: '${env:not} a, reference' } },
        headers: {}
      }
    }
  ])
})

test('an option that may be a mapping can be a value too', async () => {
  expect((await load({ ...SAMPLE, SAMPLE_BROKER_TLS: 'true' })).destinations[0]?.options).toMatchObject({ tls: true })
})

test('true beside a part of the mapping does not hide it', async () => {
  const { destinations } = await load({ ...SAMPLE, SAMPLE_BROKER_TLS: 'true', SAMPLE_BROKER_TLS_CA: 'ca.pem' })
  expect(destinations[0]?.options).toMatchObject({ tls: { ca: 'ca.pem' } })
})

test('a fault within such a mapping has the name of its part', async () => {
  expect(await faultsOf(load({ ...SAMPLE, SAMPLE_BROKER_TLS_VERIFY: 'perhaps' }))).toEqual([
    'SAMPLE_BROKER_TLS_VERIFY: must be true or false'
  ])
})

test.each([
  [{ PORT: '70000' }, 'PORT: must be a whole number from 0 to 65535'],
  [{ PORT: '9464' }, 'BRIDGE_ADMIN_PORT: must differ from listen.port, or the hosts must'],
  [{ BRIDGE_ADMIN_PORT: 'none' }, 'BRIDGE_ADMIN_PORT: must be a whole number from 0 to 65535'],
  [{ BRIDGE_SOURCE: 'a b' }, 'BRIDGE_SOURCE: must be a URI or URI reference (RFC 3986) that is not empty'],
  [
    { GEMINI_WEBHOOK_SECRET: `v1,${SECRET}` },
    /^GEMINI_WEBHOOK_SECRET: The signing secret begins with a signature's version/
  ],
  [{ GEMINI_CALLBACK_TOKEN: 'short' }, /^GEMINI_CALLBACK_TOKEN: must be at least 22 URL-safe characters/],
  [
    { GEMINI_CALLBACK_TOKEN: TOKEN, GEMINI_KEYS_URL: 'http://a.example' },
    /^GEMINI_KEYS_URL: The key set must come by https/
  ],
  [{ BRIDGE_ADAPTER: 'stdot' }, /^BRIDGE_ADAPTER: Cannot import `stdot`.*did you mean "stdout"\?$/],
  [{ BRIDGE_ADAPTER: '' }, /^BRIDGE_ADAPTER: is missing/],
  [{ GEMINI_WEBHOOK_SECRET: '' }, /^GEMINI_WEBHOOK_SECRET: is missing/],
  [{ BRIDGE_ADAPTER: './adapter.ts' }, 'SAMPLE_BROKER_TOPIC: is missing; it must be a text'],
  [{ ...SAMPLE, SAMPLE_BROKER_BATCH_SIZE: 'x' }, 'SAMPLE_BROKER_BATCH_SIZE: must be a number']
])('%j is refused by the name of the variable', async (env, fault) => {
  const [found, ...more] = await faultsOf(load({ ...MINIMAL, ...env }))
  expect(more).toEqual([])
  expect(found).toMatch(fault)
})

test('examples are assignments', async () => {
  const env = { ...SAMPLE, PORT: 'x', SAMPLE_BROKER_TOPIC: '', GEMINI_CALLBACK_TOKEN: 'x' }
  expect((await problemsOf(load(env))).map(({ example }) => example)).toEqual([
    'PORT=8080',
    'GEMINI_CALLBACK_TOKEN=$(openssl rand -hex 16)',
    'SAMPLE_BROKER_TOPIC=orders'
  ])
})

test('neither file nor environment: it says what to set', async () => {
  const [problem, ...more] = await problemsOf(load({ PORT: '8080', LOG_LEVEL: 'info', GEMINI_WEBHOOK_SECRET: '' }))
  expect(more).toEqual([])
  for (const word of ['--config', 'BRIDGE_CONFIG', 'GEMINI_WEBHOOK_SECRET', 'BRIDGE_ADAPTER']) {
    expect(problem?.fault).toContain(word)
  }
  expect(problem?.example).toBe('GEMINI_WEBHOOK_SECRET=whsec_… BRIDGE_ADAPTER=stdout gemini-event-bridge serve')
})
