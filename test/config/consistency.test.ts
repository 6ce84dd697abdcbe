import { describe, expect, test } from 'vitest'
import { faultsIn, faultsOf, load, SECRET, TOKEN } from './folder.ts'

const withEndpoints = (endpoints: string, rest = '') =>
  load(`endpoints: [${endpoints}]\ndestinations: { console: { adapter: stdout } }\n${rest}`)
const signed = `verify: { static: { secrets: ["${SECRET}"] } }`

describe('an endpoint', () => {
  test.each([
    'gemini',
    '/a b',
    '/a?b',
    '/a#b',
    '/:id',
    '/*',
    '/ä',
    '/a%20b',
    '/health/live',
    '/health/ready',
    '/metrics'
  ])('cannot have the path %s', async path => {
    expect(await faultsIn(withEndpoints(`{ path: "${path}", ${signed} }`))).toEqual([
      expect.stringMatching(/^endpoints\[0\]\.path: must /)
    ])
  })

  test.each(['/', '/webhooks/gemini', '/~a/B.9_-', '/healthz'])('can have the path %s', async path => {
    expect((await withEndpoints(`{ path: "${path}", ${signed} }`)).endpoints[0]?.path).toBe(path)
  })

  test('cannot have the path of another; a trailing slash makes another path', async () => {
    const paths = ['/a', '/b', '/a', '/b/', '/a'].map(path => `{ path: ${path}, ${signed} }`).join(',')
    expect(await faultsIn(withEndpoints(paths))).toEqual([
      'endpoints[2].path: is the path of endpoints[0] already. Give each its own',
      'endpoints[4].path: is the path of endpoints[0] already. Give each its own'
    ])
  })

  test.each(['""', '"a b"', '"a\\nb"', '"a\\u007f"', '"ä"', '"%zz"', '5'])(
    'cannot have the source %s',
    async source => {
      expect(await faultsIn(withEndpoints(`{ path: /a, source: ${source}, ${signed} }`))).toEqual([
        'endpoints[0].source: must be a URI or URI reference (RFC 3986) that is not empty'
      ])
    }
  )

  test.each([
    ['{}', 'verify: must have a verifier (static or dynamic): nothing unverified is published'],
    ['', 'verify: has no value; it must have a verifier (static or dynamic): nothing unverified is published'],
    ['{ static: { secrets: [] } }', 'verify.static.secrets: needs at least one signing secret'],
    ['{ static: {} }', 'verify.static.secrets: is missing; it must be a list'],
    ['{ insecure: false }', 'verify.insecure: can only be true; leave it out otherwise'],
    ['{ insecure: true }', 'verify.insecure: is refused unless listen.host is a loopback address, such as 127.0.0.1'],
    [
      '{ dynamic: {} }',
      'verify.dynamic: needs callback tokens, or anyProject: true: a signature proves that Gemini sent it, not that it is about your project'
    ],
    [
      '{ dynamic: { anyProject: true, jwt: { audience: a } } }',
      'verify.dynamic.jwt: needs callback tokens in dynamic.tokens: nothing else ties a JWT to you'
    ],
    ['{ dynamic: { tokens: 5 } }', 'verify.dynamic.tokens: must be a list']
  ])('with verify: %s is refused', async (verify, fault) => {
    expect(await faultsIn(withEndpoints(`{ path: /a, verify: ${verify} }`))).toEqual([`endpoints[0].${fault}`])
  })

  test('can be insecure on loopback only, and by itself only', async () => {
    const loopback = 'listen: { host: 127.0.0.1 }'
    expect(await withEndpoints('{ path: /a, verify: { insecure: true } }', loopback)).toMatchObject({
      endpoints: [{ verify: { insecure: true } }]
    })
    const both = `{ path: /a, verify: { insecure: true, static: { secrets: ["${SECRET}"] } } }`
    expect(await faultsIn(withEndpoints(both, loopback))).toEqual([
      'endpoints[0].verify.insecure: cannot stand beside another scheme. Remove one of them'
    ])
  })

  test.each([
    ['x'.repeat(21), false],
    ['x'.repeat(22), true],
    ['A9_-'.repeat(6), true],
    [`${'x'.repeat(22)}=`, false],
    [`${'x'.repeat(22)} `, false]
  ])('with the callback token "%s" is accepted: %s', async (token, accepted) => {
    const loaded = withEndpoints(`{ path: /a, verify: { dynamic: { tokens: ["${token}"] } } }`)
    if (accepted) return expect((await loaded).endpoints[0]?.verify.dynamic?.tokens).toEqual([token])
    const [fault = ''] = await faultsIn(loaded)
    expect(fault).toMatch(/^endpoints\[0\]\.verify\.dynamic\.tokens\[0\]: must be at least 22 URL-safe characters/)
    return expect(fault).not.toContain(token)
  })

  test.each([
    ['https://keys.example/jwks', true],
    ['http://127.0.0.1:9/jwks', true],
    ['http://[::1]/jwks', true],
    ['http://keys.example/jwks', false],
    ['https://user:pass@keys.example/jwks', false],
    ['file:///etc/passwd', false],
    ['keys.example/jwks', false]
  ])('with keys from %s is accepted: %s', async (url, accepted) => {
    for (const keys of [`"${url}"`, `{ url: "${url}" }`]) {
      const loaded = withEndpoints(`{ path: /a, verify: { dynamic: { tokens: [${TOKEN}], keys: ${keys} } } }`)
      if (accepted) expect((await loaded).endpoints[0]?.verify.dynamic?.keys.url).toBe(url)
      else
        expect(await faultsIn(loaded)).toEqual([
          expect.stringMatching(/^endpoints\[0\]\.verify\.dynamic\.keys(\.url)?: The /)
        ])
    }
  })

  test('of any project cannot share its source with another, whether written or by default', async () => {
    const open = (path: string, source = '') => `{ path: ${path}, ${source} verify: { dynamic: { anyProject: true } } }`
    const differ = /^endpoints\[\d\]: ?|must differ from the source of endpoints/
    expect(await faultsIn(withEndpoints(`${open('/a')}, { path: /b, ${signed} }`))).toEqual([
      expect.stringMatching(differ)
    ])
    expect(await faultsIn(withEndpoints(`${open('/a')}, ${open('/b')}`))).toHaveLength(2)
    expect((await withEndpoints(`${open('/a', 'source: urn:any,')}, { path: /b, ${signed} }`)).endpoints).toHaveLength(
      2
    )
  })
})

describe('limits', () => {
  const withLimits = (limits: string) => withEndpoints(`{ path: /a, ${signed} }`, `limits: { ${limits} }`)

  test.each([
    ['body: 17MiB, receiving: { bytes: 17MiB }', 'limits.body: must be at most limits.inFlightBytes (16MiB)'],
    ['receiving: { bytes: 255KiB }', 'limits.receiving.bytes: must be at least limits.body (256KiB)'],
    ['drain: 7999ms', 'limits.drain: must be at least limits.receive + limits.acknowledge + 1s (8s)'],
    ['acknowledge: 5s', 'limits.drain: must be at least limits.receive + limits.acknowledge + 1s (9s)'],
    ['acknowledge: 99ms', 'limits.acknowledge: must be a duration from 100ms to 60s, in ms, s, m or h'],
    ['acknowledge: 61s, drain: 1h', 'limits.acknowledge: must be a duration from 100ms to 60s, in ms, s, m or h'],
    ['keepAlive: 600h', 'limits.keepAlive: must be a duration from 1s to 24h, in ms, s, m or h'],
    ['connections: 0', 'limits.connections: must be a whole number from 1 to 1000000'],
    ['inFlightRequests: 1.5', 'limits.inFlightRequests: must be a whole number from 1 to 1000000'],
    ['receiving: { requests: many }', 'limits.receiving.requests: must be a whole number from 1 to 1000000'],
    ['body: 256', 'limits.body: must be a size from 1B to 1GiB, in B, KiB, MiB or GiB']
  ])('{ %s } is refused', async (limits, fault) => {
    expect(await faultsIn(withLimits(limits))).toEqual([fault])
  })

  test('at their edges are accepted', async () => {
    expect(await withLimits('body: 16MiB, drain: 8s')).toMatchObject({ limits: { body: 2 ** 24, drain: 8000 } })
  })
})

describe('extensions', () => {
  const withExtension = (extension: string) =>
    withEndpoints(`{ path: /a, ${signed} }`, `events: { extensions: { ${extension} } }`)

  test.each([
    ...['specversion', 'id', 'source', 'type', 'subject', 'time', 'datacontenttype', 'dataschema', 'data'],
    ...['recordedtime', 'apiversion', 'traceparent', 'tracestate', 'fallbackfor', 'originalid', 'originaltype'],
    ...['deadletterreason', 'deadletterdest', 'Tenant', 'ten_ant', 'a'.repeat(21), '""']
  ])('cannot be called %s', async name => {
    expect(await faultsIn(withExtension(`${name}: a`))).toEqual([
      expect.stringMatching(/^events\.extensions: the name "/)
    ])
  })

  test.each(['partitionkey', '1a', 'a'.repeat(20)])('can be called %s', async name => {
    expect((await withExtension(`${name}: a.b`)).events.extensions).toEqual({ [name]: 'a.b' })
  })

  test.each(['""', 'a..b', '.a', 'a.', '"a b"', '5'])('cannot come from %s', async path => {
    expect(await faultsIn(withExtension(`tenant: ${path}`))).toEqual([
      "events.extensions.tenant: must be names of the payload's members with dots between them"
    ])
  })
})

test.each([
  ['listen: { port: 9464 }, admin: { host: 0.0.0.0 }', true],
  ['listen: { host: 127.0.0.1, port: 9464 }', true],
  ['listen: { port: 9464 }', true],
  ['listen: { host: "::", port: 9464 }', true],
  ['listen: { host: 127.0.0.2, port: 9464 }', false],
  ['listen: { port: 9464 }, admin: { host: "::1" }', false],
  ['listen: { port: 0 }, admin: { port: 0 }', false],
  ['listen: { port: 9464 }, admin: off', false],
  ['listen: { port: 9464 }, admin: false', false]
])('{ %s } is two servers on one address: %s', async (addresses, collide) => {
  const text = `{ ${addresses}, endpoints: [{ path: /a, ${signed} }], destinations: { a: { adapter: stdout } } }`
  if (collide)
    expect(await faultsIn(load(text))).toEqual(['admin.port: must differ from listen.port, or the hosts must'])
  else await load(text)
})

test('values that are no text are not compared', async () => {
  const verify = 'verify: { static: { secrets: [1, 2] } }'
  expect(await faultsIn(withEndpoints(`{ path: /a, ${verify} }`))).toEqual([
    'endpoints[0].verify.static.secrets[0]: must be a signing secret: whsec_ and base64',
    'endpoints[0].verify.static.secrets[1]: must be a signing secret: whsec_ and base64'
  ])
})

test('the comparisons are made beside whatever else is wrong', async () => {
  const text = `listen: { port: many }
endpoints:
  - { path: /a, source: 5, verify: { static: { secrets: [1, "${SECRET}", "${SECRET}"] } } }
  - { path: /a, verify: {} }
  - text
destinations: {}
limits: { body: 17MiB, receive: soon, connections: -1 }`
  expect((await faultsOf(load(text))).map(fault => fault.split(': ').slice(0, 2).join(' '))).toEqual([
    'bridge.yaml:1:17 listen.port',
    'bridge.yaml:3:25 endpoints[0].source',
    'bridge.yaml:3:58 endpoints[0].verify.static.secrets[0]',
    'bridge.yaml:4:13 endpoints[1].path',
    'bridge.yaml:4:25 endpoints[1].verify',
    'bridge.yaml:5:5 endpoints[2]',
    'bridge.yaml:6:15 destinations',
    'bridge.yaml:7:9 limits.receiving.bytes',
    'bridge.yaml:7:17 limits.body',
    'bridge.yaml:7:33 limits.receive',
    'bridge.yaml:7:52 limits.connections'
  ])
})
