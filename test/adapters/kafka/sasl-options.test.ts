// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references are among what is offered
import { expect, test } from 'vitest'
import { byEnvironment, optionsOf, said, written } from './configured.ts'

test.each(['plain', 'PLAIN', 'scram-sha-256', 'SCRAM-SHA-256', 'scram-sha-512', 'SCRAM-SHA-512'])(
  '%s takes a user and a password',
  async mechanism => {
    const expected = { sasl: { mechanism: mechanism.toLowerCase(), username: 'alice', password: '7' } }
    expect(await optionsOf(written(`sasl: { mechanism: ${mechanism}, username: alice, password: "7" }`))).toMatchObject(
      expected
    )
    const env = { KAFKA_SASL_MECHANISM: mechanism, KAFKA_SASL_USERNAME: 'alice', KAFKA_SASL_PASSWORD: '7' }
    expect(await optionsOf(byEnvironment(env))).toMatchObject(expected)
  }
)

test.each([
  {
    tokenUrl: 'https://login.example.com/oauth2/token?tenant=a',
    clientId: 'bridge',
    clientSecret: 'a',
    scope: 'a b',
    audience: 'c'
  },
  { tokenUrl: 'http://127.0.0.1:8080/token', clientId: 'bridge', clientSecret: 'a' },
  { tokenUrl: 'http://localhost/token', clientId: 'bridge', clientSecret: 'a' },
  { tokenUrl: 'http://[::1]/token', clientId: 'bridge', clientSecret: 'a' },
  { provider: './token.js' },
  { provider: '@acme/tokens' }
])('oauthbearer takes %j', async (more: Record<string, string>) => {
  const expected = { sasl: { mechanism: 'oauthbearer', ...more } }
  const text = JSON.stringify({ mechanism: 'OAUTHBEARER', ...more })
  expect(await optionsOf(written(`sasl: ${text}`))).toMatchObject(expected)
  const names = Object.entries(more).map(([key, value]) => [
    `KAFKA_SASL_${key.replace(/[A-Z]/g, '_$&').toUpperCase()}`,
    value
  ])
  expect(
    await optionsOf(byEnvironment({ KAFKA_SASL_MECHANISM: 'oauthbearer', ...Object.fromEntries(names) }))
  ).toMatchObject(expected)
})

const MECHANISMS = 'must be plain, scram-sha-256, scram-sha-512 or oauthbearer'
const ONE_OF_THEM = 'oauthbearer takes tokenUrl, clientId and clientSecret, or provider'

test.each<[string, string[]]>([
  ['mechanism: scram, username: a, password: hunter22', [`sasl.mechanism: ${MECHANISMS} | mechanism: scram-sha-512`]],
  ['username: a, password: hunter22', [`sasl.mechanism: is missing; it ${MECHANISMS} | mechanism: scram-sha-512`]],
  [
    'mechanism: plain, password: hunter22',
    ['sasl.username: is missing; it must be a text: the user, or an API key | username: gemini-event-bridge']
  ],
  [
    'mechanism: plain, username: a',
    [
      'sasl.password: is missing; it must be a text: the password, or an API secret | password: "${env:KAFKA_SASL_PASSWORD}"'
    ]
  ],
  [
    'mechanism: plain, username: a, password: 22227777',
    ['sasl.password: must be a text: the password, or an API secret | password: "${env:KAFKA_SASL_PASSWORD}"']
  ],
  [
    'mechanism: plain, username: a, passwort: hunter22',
    [
      'sasl.password: is missing; it must be a text: the password, or an API secret | password: "${env:KAFKA_SASL_PASSWORD}"',
      'sasl: unknown key "passwort"; did you mean "password"?'
    ]
  ],
  [
    'mechanism: plain, clientSecret: hunter22',
    [
      'sasl.clientSecret: needs mechanism oauthbearer; plain takes username and password | clientSecret: "${env:KAFKA_SASL_CLIENT_SECRET}"'
    ]
  ],
  [
    'mechanism: oauthbearer, username: a, password: hunter22',
    [`sasl.mechanism: must be another one for username and password; ${ONE_OF_THEM} | mechanism: scram-sha-512`]
  ],
  [
    'mechanism: oauthbearer',
    [
      'sasl.tokenUrl: is missing; it must be the https URL of the token endpoint | tokenUrl: https://login.example.com/oauth2/token',
      'sasl.clientId: is missing; it must be a text: the client that the token endpoint knows | clientId: gemini-event-bridge',
      'sasl.clientSecret: is missing; it must be a text: the client\'s secret | clientSecret: "${env:KAFKA_SASL_CLIENT_SECRET}"'
    ]
  ],
  [
    'mechanism: oauthbearer, provider: ./token.js, tokenUrl: "https://a.example/", clientSecret: hunter22',
    ['sasl.provider: cannot stand beside tokenUrl, clientSecret: tokens come from one of them | provider: ./token.js']
  ],
  [
    'mechanism: oauthbearer, provider: "node:fs"',
    ['sasl.provider: must be a package, or a path that starts with ./ or / | provider: ./token.js']
  ]
])('{ %s } is refused', async (sasl, faults) => {
  expect(await said(written(`sasl: { ${sasl} }`))).toEqual(faults)
})

const URL_EXAMPLE = 'tokenUrl: https://login.example.com/oauth2/token'

test.each([
  ['login.example.com', 'must be the https URL of the token endpoint'],
  ['https://a:hunter22@a.example/', 'must not hold a user name or password: they are clientId and clientSecret'],
  ['https://a.example/#hunter22', 'must not have a fragment (#)'],
  ['http://a.example/', 'must be https (http only for a loopback host): the secret goes there'],
  ['http://127.0.0.1.a.example/', 'must be https (http only for a loopback host): the secret goes there'],
  ['ftp://localhost/', 'must be https (http only for a loopback host): the secret goes there']
])('%s is no token endpoint', async (tokenUrl, fault) => {
  const sasl = `{ mechanism: oauthbearer, tokenUrl: "${tokenUrl}", clientId: a, clientSecret: hunter22 }`
  expect(await said(written(`sasl: ${sasl}`))).toEqual([`sasl.tokenUrl: ${fault} | ${URL_EXAMPLE}`])
})

test('is a mapping', async () => {
  expect(await said(written('sasl: hunter22'))).toEqual([
    'sasl: must be a mapping (keys and values) | sasl: { mechanism: scram-sha-512, username: gemini-event-bridge, password: "${env:KAFKA_SASL_PASSWORD}" }'
  ])
})

test.each<[Record<string, string>, string[]]>([
  [{ KAFKA_SASL_MECHANISM: 'scram' }, [`KAFKA_SASL_MECHANISM: ${MECHANISMS} | KAFKA_SASL_MECHANISM=scram-sha-512`]],
  [
    { KAFKA_SASL_PASSWORD: 'hunter22' },
    [`KAFKA_SASL_MECHANISM: is missing; it ${MECHANISMS} | KAFKA_SASL_MECHANISM=scram-sha-512`]
  ],
  [
    { KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_USERNAME: 'hunter22' },
    ['KAFKA_SASL_PASSWORD: is missing; it must be a text: the password, or an API secret']
  ],
  [
    { KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_PASSWORD: 'hunter22' },
    [
      'KAFKA_SASL_USERNAME: is missing; it must be a text: the user, or an API key | KAFKA_SASL_USERNAME=gemini-event-bridge'
    ]
  ],
  [
    { KAFKA_SASL_MECHANISM: 'oauthbearer', KAFKA_SASL_USERNAME: 'a', KAFKA_SASL_PASSWORD: 'hunter22' },
    [
      `KAFKA_SASL_MECHANISM: must be another one for username and password; ${ONE_OF_THEM} | KAFKA_SASL_MECHANISM=scram-sha-512`
    ]
  ],
  [
    { KAFKA_SASL_MECHANISM: 'oauthbearer', KAFKA_SASL_PROVIDER: './token.js', KAFKA_SASL_TOKEN_URL: 'https://a/' },
    ['KAFKA_SASL_PROVIDER: cannot stand beside tokenUrl: tokens come from one of them | KAFKA_SASL_PROVIDER=./token.js']
  ]
])('%j is refused by the name of the variable', async (env, faults) => {
  expect(await said(byEnvironment(env))).toEqual(faults)
})
