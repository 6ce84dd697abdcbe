// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the text of references
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { faultsOf, folder, load, MINIMAL, problemsOf, SECRET, TOKEN } from './folder.ts'

test('every default is in place', async () => {
  const { destinations, directory: _, ...config } = await load(MINIMAL)
  expect(config).toEqual({
    listen: { host: '0.0.0.0', port: 8080 },
    admin: { host: '127.0.0.1', port: 9464 },
    health: { ready: 'connected' },
    endpoints: [
      {
        path: '/webhooks/gemini',
        source: '//generativelanguage.googleapis.com',
        verify: { static: { secrets: [SECRET] } },
        tolerance: { past: 300_000, future: 300_000 }
      }
    ],
    events: { typePrefix: 'com.google.gemini.', data: 'payload', extensions: {} },
    dedupe: { store: 'memory', ttl: 90_000_000, maxEntries: 100_000 },
    limits: {
      body: 262_144,
      connections: 5000,
      receiving: { requests: 500, bytes: 16_777_216 },
      inFlightRequests: 1000,
      inFlightBytes: 16_777_216,
      receive: 3000,
      acknowledge: 4000,
      drain: 8000,
      keepAlive: 620_000,
      retryAfter: 5000
    },
    log: { level: 'info' }
  })
  expect(destinations).toMatchObject([{ name: 'console', definition: { name: 'stdout' }, options: {} }])
})

test('what is written wins over the defaults, in short and in long form', async () => {
  const config = await load(`
listen: { host: 127.0.0.1, port: 0 }
admin: off
health: { ready: listening }
endpoints:
  - path: /a
    source: urn:acme
    verify: { dynamic: { tokens: [${TOKEN}], keys: http://localhost:1/keys, jwt: { audience: acme } } }
    tolerance: 10m
  - path: /b
    verify: { dynamic: { anyProject: true, keys: { refresh: 1h } } }
    tolerance: { past: 25h }
events: { data: envelope, extensions: { tenant: user_metadata.tenant, partitionkey: id } }
destinations: { kept: { adapter: memory, capacity: 5 } }
limits: { body: 1MiB, receiving: { requests: 7 } }
log: { format: pretty }
`)
  expect(config).toMatchObject({
    listen: { host: '127.0.0.1', port: 0 },
    admin: false,
    health: { ready: 'listening' },
    endpoints: [
      {
        verify: {
          dynamic: {
            tokens: [TOKEN],
            anyProject: false,
            keys: { url: 'http://localhost:1/keys', refresh: 600_000, coolDown: 30_000 },
            jwt: { audience: 'acme' }
          }
        },
        tolerance: { past: 600_000, future: 600_000 }
      },
      {
        verify: {
          dynamic: {
            tokens: [],
            anyProject: true,
            keys: { url: 'https://generativelanguage.googleapis.com/.well-known/jwks.json', refresh: 3_600_000 }
          }
        },
        tolerance: { past: 90_000_000, future: 300_000 }
      }
    ],
    limits: { body: 1_048_576, receiving: { requests: 7, bytes: 16_777_216 } },
    log: { format: 'pretty' }
  })
  expect(config.destinations[0]?.options).toEqual({ capacity: 5 })
})

test('five mistakes of five kinds are named at once, each with its line and column', async () => {
  const text = `listen: { port: 80800 }
endpoint: []
endpoints:
  - path: /webhooks/gemini
    verify:
      static:
        secrets: ["\${env:MISSING}"]
  - path: /webhooks/gemini
    verify: {}
destinations:
  console: { adapter: stdout, colour: true }
`
  expect(await faultsOf(load(text))).toEqual([
    'bridge.yaml:1:17: listen.port: must be a whole number from 0 to 65535',
    'bridge.yaml:2:1: unknown key "endpoint"; did you mean "endpoints"?',
    'bridge.yaml:7:19: endpoints[0].verify.static.secrets[0]: the environment variable MISSING is not set; set it, or write a default: ${env:MISSING:-…}',
    'bridge.yaml:8:11: endpoints[1].path: is the path of endpoints[0] already. Give each its own',
    'bridge.yaml:9:13: endpoints[1].verify: must have a verifier (static or dynamic): nothing unverified is published',
    'bridge.yaml:11:31: destinations.console: unknown key "colour"; known here: fallback'
  ])
})

test('what is missing has the place of its nearest parent, and an example that works', async () => {
  expect(
    await problemsOf(load('endpoints:\n  - path: /a\ndestinations: { console: {}, other: { adaptr: stdout } }'))
  ).toEqual([
    {
      place: 'bridge.yaml:2:5',
      fault:
        'endpoints[0].verify: is missing; it must have a verifier (static or dynamic): nothing unverified is published',
      example: 'verify: { static: { secrets: [ "${env:GEMINI_WEBHOOK_SECRET}" ] } }'
    },
    {
      place: 'bridge.yaml:3:26',
      fault:
        'destinations.console.adapter: is missing; it must be the name of a built-in adapter, a package, or a path',
      example: 'adapter: stdout'
    },
    expect.objectContaining({ place: 'bridge.yaml:3:37' }),
    { place: 'bridge.yaml:3:39', fault: 'destinations.other: unknown key "adaptr"; did you mean "adapter"?' }
  ])
})

test('a key without a value is told by its key', async () => {
  expect(await faultsOf(load(`${MINIMAL}listen:\n  port:\n`))).toEqual([
    'bridge.yaml:8:3: listen.port: has no value; it must be a whole number from 0 to 65535'
  ])
})

test.each([
  ['nothing', ''],
  ['a comment', '# soon'],
  ['a list', '- a'],
  ['text', 'whsec_pasted']
])('a file that holds %s is refused', async (_, text) => {
  expect((await faultsOf(load(text)))[0]).toMatch(/^bridge\.yaml:1:1: (has no value; it )?must be a mapping/)
})

test('the configuration is frozen all the way down', async () => {
  const config = await load(MINIMAL)
  const unfrozen: string[] = []
  const walk = (value: unknown, path: string) => {
    if (typeof value !== 'object' || value === null) return
    if (!Object.isFrozen(value)) unfrozen.push(path)
    for (const [key, inner] of Object.entries(value)) if (key !== 'definition') walk(inner, `${path}.${key}`)
  }
  walk(config, 'config')
  expect(unfrozen).toEqual([])
})

test('the file is found from the working directory, and relative paths from the file', async () => {
  const directory = await folder({ 'bridge.yaml': MINIMAL })
  const [up, name] = [join(directory, '..'), `${directory.split('/').at(-1)}/bridge.yaml`]
  expect(await loadConfig({ env: {}, directory: up, file: name })).toMatchObject({ directory })
  expect(await loadConfig({ env: { BRIDGE_CONFIG: name }, directory: up })).toMatchObject({ directory })
  const wins = { env: { BRIDGE_CONFIG: 'other.yaml' }, directory, file: 'bridge.yaml' }
  expect(await loadConfig(wins)).toMatchObject({ directory })
})

test('problems call the file as the user did', async () => {
  const directory = await folder({ 'bridge.yaml': `${MINIMAL}liste: 1` })
  const [problem] = await problemsOf(loadConfig({ env: {}, directory: '/', file: `.${directory}/bridge.yaml` }))
  expect(problem?.place).toBe(`.${directory}/bridge.yaml:7:1`)
  expect(await faultsOf(loadConfig({ env: {}, directory, file: 'absent.yaml' }))).toEqual([
    'absent.yaml: cannot be read (ENOENT). Name a file that can, by --config or BRIDGE_CONFIG'
  ])
})

test('beside a file, PORT and LOG_LEVEL win, and no other variable counts', async () => {
  const env = { PORT: '1234', LOG_LEVEL: 'warn', BRIDGE_HOST: '::1', BRIDGE_ADMIN_PORT: 'off', BRIDGE_SOURCE: 'urn:x' }
  expect(await load(`${MINIMAL}listen: { port: "\${env:UNUSED}" }`, env)).toMatchObject({
    listen: { host: '0.0.0.0', port: 1234 },
    admin: { port: 9464 },
    endpoints: [{ source: '//generativelanguage.googleapis.com' }],
    log: { level: 'warn' }
  })
  expect(await load(MINIMAL, { PORT: '', LOG_LEVEL: '' })).toMatchObject({
    listen: { port: 8080 },
    log: { level: 'info' }
  })
  expect(await faultsOf(load(MINIMAL, { PORT: 'http', LOG_LEVEL: 'loud' }))).toEqual([
    'PORT: must be a whole number from 0 to 65535',
    'LOG_LEVEL: must be debug, info, warn or error'
  ])
})
