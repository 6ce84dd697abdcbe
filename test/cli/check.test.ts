import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { renderJsonSchema } from '../../src/cli/check.ts'
import { fingerprint } from '../../src/verify/fingerprint.ts'
import { faultsOf, folder, MINIMAL, OTHER_SECRET, SECRET, TOKEN } from '../config/folder.ts'
import { runCheck } from './run-check.ts'

const adapter = fileURLToPath(new URL('../config/fixtures/adapter.ts', import.meta.url))

async function checkText(text: string, env?: Record<string, string>) {
  return runCheck({ config: 'bridge.yaml' }, await folder({ 'bridge.yaml': text }), { env })
}

test('it prints the whole configuration as YAML, with every default, in the units of the file', async () => {
  const { code, output } = await checkText(MINIMAL)
  expect(code).toBe(0)
  expect(output.slice(0, output.indexOf('\n# Notes'))).toBe(`listen:
  host: 0.0.0.0
  port: 8080
admin:
  host: 127.0.0.1
  port: 9464
health:
  ready: connected
endpoints:
  - path: /webhooks/gemini
    source: //generativelanguage.googleapis.com
    verify:
      static:
        secrets:
          - sha256:${fingerprint(SECRET)}
    tolerance:
      past: 5m
      future: 5m
events:
  typePrefix: com.google.gemini.
  data: payload
  extensions: {}
dedupe:
  store: memory
  ttl: 25h
  maxEntries: 100000
limits:
  body: 256KiB
  connections: 5000
  receiving:
    requests: 500
    bytes: 16MiB
  inFlightRequests: 1000
  inFlightBytes: 16MiB
  receive: 3s
  acknowledge: 4s
  drain: 8s
  keepAlive: 620s
  retryAfter: 5s
log:
  level: info
destinations:
  console:
    adapter: stdout
`)
  expect((await checkText(MINIMAL)).output).toBe(output)
})

test('secrets, callback tokens and secret options are shown by the first 8 digits of their SHA-256', async () => {
  const { output } = await checkText(
    `
endpoints:
  - path: /a
    verify:
      static: { secrets: ["\${env:SECRET}", "${OTHER_SECRET}"] }
      dynamic: { tokens: [${TOKEN}], keys: { refresh: 90s } }
destinations:
  broker: { adapter: ${adapter}, topic: t, sasl: { mechanism: oauth, token: "\${env:SECRET}" } }
  plain: { adapter: ${adapter}, topic: t, sasl: { mechanism: plain, username: u, password: ${TOKEN} } }
`,
    { SECRET }
  )
  const shown = parse(output)
  expect(shown.endpoints[0].verify).toEqual({
    static: { secrets: [SECRET, OTHER_SECRET].map(secret => `sha256:${fingerprint(secret)}`) },
    dynamic: {
      tokens: [`sha256:${fingerprint(TOKEN)}`],
      anyProject: false,
      keys: { url: 'https://generativelanguage.googleapis.com/.well-known/jwks.json', refresh: '90s', coolDown: '30s' }
    }
  })
  expect(shown.destinations.broker).toEqual({
    adapter,
    topic: 't',
    brokers: ['localhost:9092'],
    batchSize: 10,
    tls: false,
    sasl: { mechanism: 'oauth', token: `sha256:${fingerprint(SECRET)}` },
    headers: {}
  })
  expect(shown.destinations.plain.sasl).toEqual({
    mechanism: 'plain',
    username: 'u',
    password: { text: `sha256:${fingerprint(TOKEN)}` }
  })
})

test('secrets are masked inside what is secret, and where an adapter’s schema has moved them', async () => {
  const { output } = await checkText(
    `${MINIMAL}  broker: { adapter: ${adapter}, topic: t, credentials: { user: u, key: ${TOKEN} }, keys: { a: ${TOKEN} } }\n`
  )
  expect(parse(output).destinations.broker).toMatchObject({
    credentials: { user: 'u', pair: `sha256:${fingerprint(`u:${TOKEN}`)}` },
    keys: { a: `sha256:${fingerprint(TOKEN)}` }
  })
})

test('notes say what the endpoints accept, and what is worth knowing before it runs', async () => {
  const { output } = await checkText(`
listen: { host: 127.0.0.1 }
endpoints:
  - { path: /a, verify: { static: { secrets: ["${SECRET}", "${OTHER_SECRET}"] } } }
  - { path: /b, verify: { dynamic: { tokens: [${TOKEN}], jwt: { audience: acme } } } }
  - { path: /jobz, source: urn:any, verify: { dynamic: { anyProject: true } } }
  - { path: /open, verify: { insecure: true } }
destinations: { console: { adapter: stdout } }
log: { format: json }
`)
  expect(output.split('# Notes\n')[1]).toBe(`# - /a accepts static webhooks signed with one of 2 signing secrets.
# - /b accepts dynamic webhooks signed with Gemini's keys (v1a or JWT), called with the callback token.
# - /jobz accepts dynamic webhooks signed with Gemini's keys (v1a).
# - /jobz takes webhooks of any project: its events may concern any Gemini customer, and their user_metadata is a stranger's claim.
# - /jobz ends in z: Cloud Run reserves some such paths and may not pass it on.
# - /open accepts everything, unverified: anyone who reaches it can publish.
# - There is no dead letter: a verified webhook that can never be published is answered with 422, and lost once Gemini gives up.
# - Each replica remembers for itself what was accepted and what was refused: after a restart, or at another replica, a redelivery is published again, and one with an old timestamp is refused.
`)
})

test('what it prints can be loaded again, once the secrets are put back', async () => {
  const { output } = await checkText(`${MINIMAL}admin: off\nlimits: { body: 1000B, receive: 1.5s }\n`)
  const again = await checkText(output.replace(`sha256:${fingerprint(SECRET)}`, SECRET))
  expect(again.output).toBe(output)
})

test('where events go is printed as it can be written, with the address of Redis masked', async () => {
  const url = 'rediss://user:hunter2@cache.example/1'
  const { output } = await checkText(`${MINIMAL}  spare: { adapter: stdout, fallback: { to: console } }
routes:
  - { filter: { prefix: { type: a. } }, to: [console] }
  - { filter: [{ not: { any: [{ exact: { tenant: acme } }] } }], to: [spare], delivery: bestEffort }
deadLetter: spare
dedupe: { store: redis, url: "${url}" }
`)
  expect(parse(output)).toMatchObject({
    routes: [
      { filter: [{ prefix: { type: 'a.' } }], to: ['console'], delivery: 'required' },
      { filter: [{ not: { any: [{ exact: { tenant: 'acme' } }] } }], to: ['spare'], delivery: 'bestEffort' }
    ],
    deadLetter: 'spare',
    dedupe: { store: 'redis', url: `sha256:${fingerprint(url)}`, ttl: '25h', maxEntries: 100_000 },
    destinations: { spare: { adapter: 'stdout', fallback: { to: 'console', after: '2m' } } }
  })
  const unmasked = output.replace(`sha256:${fingerprint(SECRET)}`, SECRET).replace(`sha256:${fingerprint(url)}`, url)
  expect((await checkText(unmasked)).output).toBe(output)
})

test('it reads what serve would read: BRIDGE_CONFIG, or the environment alone', async () => {
  const directory = await folder({ 'bridge.yaml': MINIMAL })
  expect((await runCheck({}, directory, { env: { BRIDGE_CONFIG: 'bridge.yaml' } })).output).toContain('console:')
  const env = { GEMINI_WEBHOOK_SECRET: SECRET, BRIDGE_ADAPTER: 'memory', MEMORY_CAPACITY: '5' }
  expect(parse((await runCheck({}, directory, { env })).output).destinations).toEqual({
    memory: { adapter: 'memory', capacity: 5 }
  })
})

test('a faulty configuration is thrown, and nothing is printed', async () => {
  expect(await faultsOf(checkText(`${MINIMAL}limit: {}`))).toEqual([
    'bridge.yaml:7:1: unknown key "limit"; did you mean "limits"?'
  ])
})

test('--schema prints the JSON Schema, without any configuration', async () => {
  const { code, output } = await runCheck({ schema: true }, '/')
  expect(code).toBe(0)
  expect(output).toBe(await renderJsonSchema())
  expect(JSON.parse(output)).toMatchObject({ $schema: 'https://json-schema.org/draft/2020-12/schema', type: 'object' })
})
