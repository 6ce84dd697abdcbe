import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { UnavailableError } from '../../../src/adapter.ts'
import type { KafkaAddresses } from '../../brokers/kafka/broker.ts'
import { TOKEN_SUBJECT, USERS } from '../../brokers/kafka/properties.ts'
import { it } from '../../brokers/kafka/shared.ts'
import { signToken } from '../../brokers/kafka/tokens.ts'
import { temporaryFolder } from '../../brokers/watchdog.ts'
import { freePort } from '../../spawn.ts'
import { CLIENTS } from './clients.ts'
import { refusalOf, tryOut, WRONG_PASSWORD } from './refusal.ts'

type Options = Record<string, unknown>

const alice = (mechanism: string, password: string = USERS.alice) => ({
  sasl: { mechanism, username: 'alice', password }
})
const trusting = ({ keys }: KafkaAddresses, more = {}) => ({ tls: { ca: join(keys, 'ca.pem'), ...more } })

const folder = temporaryFolder('tokens-')
const silent = createServer(socket => socket.resume())
beforeAll(async () => {
  await once(silent.listen(0, '127.0.0.1'), 'listening')
})
afterAll(async () => {
  silent.close()
  await folder.remove()
})

/** Signs in with a module that gives this token. */
function bearer(token: string): Options {
  const provider = join(folder.path, `${randomUUID()}.js`)
  writeFileSync(provider, `export default () => '${token}'\n`)
  return { sasl: { mechanism: 'oauthbearer', provider } }
}

/** What is wrong, the options that make it so, and what the operator is told to mend. */
type Case = readonly [what: string, options: (at: KafkaAddresses) => Options | Promise<Options>, says: RegExp]

const credentials: readonly Case[] = [
  ...['plain', 'scram-sha-256', 'scram-sha-512'].flatMap((mechanism): Case[] => [
    [
      `${mechanism}: a wrong password`,
      at => ({ brokers: [at.sasl], ...alice(mechanism, WRONG_PASSWORD) }),
      /refused the credentials.*sasl/
    ],
    [
      `${mechanism}: a port that knows no credentials`,
      at => ({ brokers: [at.plaintext], ...alice(mechanism) }),
      /sasl.*mechanism/
    ]
  ]),
  [
    'a wrong password, over TLS',
    at => ({ brokers: [at.saslTls], ...trusting(at), ...alice('scram-sha-512', WRONG_PASSWORD) }),
    /refused the credentials.*sasl/
  ],
  [
    'a mechanism that the port does not take',
    at => ({ brokers: [at.saslTls], ...trusting(at), ...alice('scram-sha-256') }),
    /refused the credentials.*UNSUPPORTED_SASL_MECHANISM.*sasl: the mechanism/
  ],
  ...[
    ['that has expired', { iat: 1_600_000_000, exp: 1_600_000_300 }],
    ['for another audience', { aud: 'another' }],
    ['of another issuer', { iss: 'https://another.example' }]
  ].map(
    ([what, claims]): Case => [
      `oauthbearer: a token ${what}`,
      async at => ({
        brokers: [at.sasl],
        ...bearer(await signToken(at.signingKey, TOKEN_SUBJECT, Object(claims)))
      }),
      /refused the credentials.*sasl.*token/
    ]
  ),
  ['oauthbearer: no JWT', at => ({ brokers: [at.sasl], ...bearer('junk') }), /refused the credentials.*sasl.*token/],
  ['no credentials', at => ({ brokers: [at.sasl] }), /credentials \(sasl\)/],
  ['no credentials, over TLS', at => ({ brokers: [at.saslTls], ...trusting(at) }), /credentials \(sasl\)/],
  [
    'a user who may nothing',
    at => ({ brokers: [at.sasl], sasl: { mechanism: 'plain', username: 'mallory', password: USERS.mallory } }),
    /topic "test-.*Grant.*WRITE/
  ],
  [
    'the subject of a token who may nothing',
    async at => ({ brokers: [at.sasl], ...bearer(await signToken(at.signingKey, 'mallory')) }),
    /topic "test-.*Grant.*WRITE/
  ]
]

const tls: readonly Case[] = [
  ['TLS to a port without', at => ({ brokers: [at.plaintext], tls: true }), /127\.0\.0\.1:\d+.*\btls\b/],
  ['TLS to a SASL port without', at => ({ brokers: [at.sasl], tls: true, ...alice('plain') }), /\btls\b/],
  ['no TLS to a port with', at => ({ brokers: [at.tls] }), /TLS \(tls\)/],
  ['no TLS to a SASL port with', at => ({ brokers: [at.saslTls], ...alice('plain') }), /TLS \(tls\)/],
  ['an authority that nobody named', at => ({ brokers: [at.tls], tls: true }), /localhost:\d+.*tls\.ca/],
  [
    'a certificate with another name',
    at => ({ brokers: [at.tls], ...trusting(at, { servername: 'kafka.example.com' }) }),
    /tls\.servername/
  ],
  ['no certificate of its own', at => ({ brokers: [at.mtls], ...trusting(at) }), /tls\.cert/],
  [
    'a certificate of its own that nobody vouches for',
    at => ({
      brokers: [at.mtls],
      ...trusting(at, { cert: 'fixtures/bridge.pem', key: 'fixtures/bridge.key', passphrase: 'test-passphrase' })
    }),
    /tls\.cert/
  ],
  ['an authority whose file is gone', at => ({ brokers: [at.tls], tls: { ca: 'gone.pem' } }), /tls\.ca \("gone\.pem"\)/]
]

const places: readonly Case[] = [
  ['a topic that is not there', at => ({ brokers: [at.plaintext], topic: 'missing' }), /topic "missing".*Create it/],
  [
    'a port where nobody listens',
    async () => ({ brokers: [`127.0.0.1:${await freePort()}`] }),
    /127\.0\.0\.1:\d+, ECONNREFUSED.*brokers/
  ],
  ['a name that does not exist', () => ({ brokers: ['kafka.invalid:9092'] }), /kafka\.invalid:9092.*brokers/],
  [
    'a port that never answers',
    () => ({ brokers: [`127.0.0.1:${(silent.address() as AddressInfo).port}`] }),
    /did not answer.*brokers/
  ]
]

// Together, since most of the time is the broker's pause before it refuses.
describe.concurrent.each(CLIENTS)('connecting and publishing by %s, with', client => {
  it.for([...places, ...tls, ...credentials])('%s', async ([, options, says], { secured, topic }) => {
    const refusal = await refusalOf(tryOut({ client, topic, ...(await options(secured)) }))
    expect(refusal.message).toMatch(says)
    expect(refusal).toBeInstanceOf(UnavailableError)
  })
})
