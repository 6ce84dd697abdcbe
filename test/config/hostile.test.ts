// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references are among what is tried
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { stringify } from 'yaml'
import { ConfigError } from '../../src/errors.ts'
import { runCheck } from '../cli/run-check.ts'
import { folder, MINIMAL } from './folder.ts'

const adapter = fileURLToPath(new URL('fixtures/adapter.ts', import.meta.url))

/** What `check` prints, or the ConfigError's message. Anything else thrown fails the test. */
async function said(directory: string, env: Record<string, string>, config?: string): Promise<string> {
  try {
    return (await runCheck(config === undefined ? {} : { config }, directory, { env })).output
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
}

async function saidOf(directory: string, text: string, env: Record<string, string> = {}): Promise<string> {
  await writeFile(join(directory, 'bridge.yaml'), text)
  return said(directory, env, 'bridge.yaml')
}

const KEYS = [
  ...[
    'listen',
    'host',
    'port',
    'admin',
    'health',
    'ready',
    'endpoints',
    'path',
    'source',
    'verify',
    'static',
    'secrets'
  ],
  ...['dynamic', 'tokens', 'anyProject', 'keys', 'url', 'refresh', 'jwt', 'audience', 'insecure', 'tolerance', 'past'],
  ...[
    'events',
    'extensions',
    'destinations',
    'adapter',
    'limits',
    'body',
    'receiving',
    'bytes',
    'drain',
    'log',
    'level'
  ],
  ...['routes', 'filter', 'exact', 'prefix', 'all', 'any', 'not', 'to', 'delivery', 'deadLetter', 'fallback', 'after'],
  ...['dedupe', 'store', 'ttl', 'maxEntries']
]
const SCALARS = [
  'stdout',
  'memory',
  './absent',
  '127.0.0.1',
  '/a',
  '5m',
  '64KiB',
  'off',
  '${env:A}',
  '${env:B}',
  '${file:x}',
  '${'
]
const { tree } = fc.letrec(tie => ({
  tree: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    fc.constantFrom(...SCALARS),
    fc.oneof(fc.boolean(), fc.integer(), fc.double(), fc.constant(null), fc.string()),
    fc.array(tie('tree'), { maxLength: 3 }),
    fc.dictionary(
      fc.oneof(fc.constantFrom(...KEYS, '__proto__', 'constructor'), fc.string({ maxLength: 5 })),
      tie('tree'),
      {
        maxKeys: 6
      }
    )
  )
}))

test('any text is a configuration or a ConfigError', async () => {
  const directory = await folder()
  const pieces = fc.constantFrom(
    ...KEYS.slice(0, 8),
    ': ',
    '\n',
    '  ',
    '- ',
    '[',
    ']',
    '{',
    '}',
    '"',
    "'",
    '&a ',
    '*a',
    '#',
    '|',
    '>',
    '!t ',
    '%',
    '\t',
    '? ',
    '---\n',
    '${'
  )
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 50 }),
    fc.array(pieces, { maxLength: 30 }).map(parts => parts.join('')),
    fc
      .tuple(fc.nat(MINIMAL.length), fc.nat(20), pieces)
      .map(([at, cut, piece]) => MINIMAL.slice(0, at) + piece + MINIMAL.slice(at + cut))
  )
  await fc.assert(
    fc.asyncProperty(text, async text => void (await saidOf(directory, text))),
    { numRuns: 150 }
  )
})

test('any tree is a configuration or a ConfigError', async () => {
  const directory = await folder()
  const mapping = fc.dictionary(fc.constantFrom(...KEYS), tree, { maxKeys: 8 })
  await fc.assert(
    fc.asyncProperty(mapping, async value => void (await saidOf(directory, stringify(value), { A: 'a', B: '1' }))),
    { numRuns: 100 }
  )
})

test.each([100, 300, 500, 700, 900, 2000])('a tree of depth %d is none, and no overflow', async depth => {
  const directory = await folder()
  expect(await saidOf(directory, `a: ${'['.repeat(depth)}${']'.repeat(depth)}`)).toContain('bridge.yaml')
  expect(await saidOf(directory, `${'a: {'.repeat(1)}${' a: {'.repeat(depth)}${'}'.repeat(depth + 1)}`)).toContain(
    'bridge.yaml'
  )
})

test.each([17, 100, 300, 700, 2000])('a filter of depth %d is none, and no overflow', async depth => {
  const directory = await folder()
  for (const [open, close] of [
    ['{ not: ', ' }'],
    ['{ any: [', '] }']
  ] as const) {
    const nested = (inner: string) => `${open.repeat(depth - 1)}${inner}${close.repeat(depth - 1)}`
    const withFilter = (filter: string) => saidOf(directory, `${MINIMAL}routes: [{ to: [console], filter: ${filter} }]`)
    expect(await withFilter(nested('{ exact: { type: a } }'))).toContain('bridge.yaml:7')
    expect(await withFilter(nested('{ exakt: { type: a } }'))).toContain('bridge.yaml:7')
  }
})

const secretKey = fc.uint8Array({ minLength: 16, maxLength: 40 }).map(bytes => Buffer.from(bytes).toString('base64'))
const maybeSpoilt = (secret: fc.Arbitrary<string>) =>
  fc
    .tuple(
      fc.constantFrom('', '', 'v1,', ' ', '"', '%', '-'),
      secret,
      fc.constantFrom('', '', '\n', '=', ' x', '\u0000')
    )
    .map(parts => parts.join(''))

test('no secret is ever printed, be it right or wrong, written out or referred to', async () => {
  const directory = await folder()
  const secrets = fc.record({
    static: fc.array(maybeSpoilt(secretKey.map(key => `whsec_${key}`)), { minLength: 1, maxLength: 2 }),
    token: maybeSpoilt(fc.stringMatching(/^[A-Za-z0-9_-]{22,40}$/)),
    password: fc.stringMatching(/^#\*[A-Z0-9]{4,18}$/),
    redis: fc.record({
      password: fc.stringMatching(/^[A-Z]{12,20}$/),
      scheme: fc.constantFrom('redis:', 'rediss:', 'http:', ''),
      at: fc.constantFrom('url', 'url', 'store', 'short', 'key')
    }),
    byReference: fc.boolean(),
    misplaced: fc.constantFrom(undefined, 'static', 'verify', 'dynamic', 'tokens', 'key')
  })
  await fc.assert(
    fc.asyncProperty(secrets, async ({ static: list, token, password, redis, byReference, misplaced }) => {
      const env: Record<string, string> = {}
      const write = (value: string) => {
        if (!byReference) return value
        const name = `V${Object.keys(env).length}`
        env[name] = value
        return `\${env:${name}}`
      }
      const written = write(list[0] ?? '')
      const verify = { static: { secrets: list.map(write) }, dynamic: { tokens: [write(token)] } }
      const spoilt = {
        static: { ...verify, static: written },
        verify: written,
        dynamic: { ...verify, dynamic: [written] },
        tokens: { ...verify, dynamic: { tokens: written } },
        key: { ...verify, static: { [list[0] ?? '']: null } }
      }
      const url = `${redis.scheme}//user:${redis.password}@redis.example:6380/1`
      const dedupe = {
        url: { store: 'redis', url: write(url) },
        store: { store: write(url) },
        short: write(url),
        key: { [url]: write(url) }
      }
      const text = stringify({
        dedupe: dedupe[redis.at],
        endpoints: [{ path: '/a', verify: misplaced === undefined ? verify : spoilt[misplaced] }],
        destinations: {
          a: { adapter, topic: 't', sasl: { mechanism: 'plain', username: 'u', password: write(password) } }
        }
      })
      const output = await saidOf(directory, text, env)
      for (const secret of [...list, token].map(value => value.trim())) expect(output).not.toContain(secret)
      expect(output).not.toContain(list[0]?.slice(8, 28))
      expect(output.replaceAll(adapter, '')).not.toContain(password)
      expect(output).not.toContain(redis.password)
    }),
    { numRuns: 100 }
  )
})

test('nor from the environment alone', async () => {
  const directory = await folder()
  await fc.assert(
    fc.asyncProperty(
      maybeSpoilt(secretKey),
      maybeSpoilt(fc.stringMatching(/^[\w-]{10,40}$/)),
      async (secret, token) => {
        const env = { GEMINI_WEBHOOK_SECRET: `whsec_${secret}`, GEMINI_CALLBACK_TOKEN: token, BRIDGE_ADAPTER: 'stdout' }
        const output = await said(directory, env)
        expect(output).not.toContain(secret.trim())
        expect(output).not.toContain(token.trim())
      }
    ),
    { numRuns: 100 }
  )
})
