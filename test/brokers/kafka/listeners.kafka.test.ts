import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, onTestFinished } from 'vitest'
import { claimPlace } from '../proxy.ts'
import { temporaryFolder } from '../watchdog.ts'
import type { KafkaAddresses } from './broker.ts'
import { connectPeer } from './peer.ts'
import { TOKEN_SUBJECT, USERS } from './properties.ts'
import { it as base } from './shared.ts'
import { signToken } from './tokens.ts'

type Properties = Record<string, string>

/** Stores a record in the test's topic through a listener and reads it there; it must be what the plain one has. */
const it = base.extend(
  'roundTrip',
  ({ kafka, peer, topic }) =>
    async (address: string, properties: Properties = {}) => {
      const client = connectPeer(kafka.peer, address, properties)
      await client.produce(topic, 'key', 'value')
      const records = await client.read(topic)
      expect(records).toMatchObject([{ partition: 0, offset: 0, key: Buffer.from('key'), value: Buffer.from('value') }])
      expect(await peer.read(topic)).toEqual(records)
    }
)

const MODULES = 'org.apache.kafka.common.security'

function login(mechanism: string, username: string, password: string): Properties {
  const module = mechanism === 'PLAIN' ? 'plain.PlainLoginModule' : 'scram.ScramLoginModule'
  const jaas = `${MODULES}.${module} required username="${username}" password="${password}";`
  return { 'security.protocol': 'SASL_PLAINTEXT', 'sasl.mechanism': mechanism, 'sasl.jaas.config': jaas }
}

async function bearer(token: string): Promise<Properties> {
  // The Java client takes its token from a file.
  const folder = temporaryFolder('token-')
  onTestFinished(() => folder.remove())
  const file = join(folder.path, 'token')
  await writeFile(file, token)
  return {
    'security.protocol': 'SASL_PLAINTEXT',
    'sasl.mechanism': 'OAUTHBEARER',
    'sasl.jaas.config': `${MODULES}.oauthbearer.OAuthBearerLoginModule required;`,
    'sasl.login.callback.handler.class': `${MODULES}.oauthbearer.OAuthBearerLoginCallbackHandler`,
    'sasl.oauthbearer.token.endpoint.url': pathToFileURL(file).href
  }
}

function trust({ keys }: KafkaAddresses, protocol: 'SSL' | 'SASL_SSL'): Properties {
  const ca = readFileSync(join(keys, 'ca.pem'), 'utf8')
  return { 'security.protocol': protocol, 'ssl.truststore.type': 'PEM', 'ssl.truststore.certificates': ca }
}

function certificate({ keys }: KafkaAddresses): Properties {
  return {
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.certificate.chain': readFileSync(join(keys, 'client.pem'), 'utf8'),
    'ssl.keystore.key': readFileSync(join(keys, 'client.key'), 'utf8')
  }
}

describe('without encryption', () => {
  it('the plain listener takes everybody', ({ kafka, roundTrip }) => roundTrip(kafka.plaintext))

  it('a proxied listener sends clients through its proxy', async ({ secured, roundTrip }) => {
    const proxy = await claimPlace(secured.proxied)
    onTestFinished(() => proxy.close())
    await roundTrip(`127.0.0.1:${proxy.port}`)
    await proxy.refuse()
    // The listener answers, and what it answers is the proxy's address.
    const impatient = { 'delivery.timeout.ms': '1000', 'request.timeout.ms': '900' }
    const direct = roundTrip(`127.0.0.1:${proxy.target}`, impatient)
    await expect(direct).rejects.toMatchObject({ code: 'TimeoutException' })
  })

  it.for(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'])('%s lets alice in', (mechanism, { secured, roundTrip }) =>
    roundTrip(secured.sasl, login(mechanism, 'alice', USERS.alice))
  )

  it.for(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'])(
    '%s knows a wrong password',
    (mechanism, { secured, roundTrip }) =>
      expect(roundTrip(secured.sasl, login(mechanism, 'alice', 'wrong'))).rejects.toMatchObject({
        code: 'SaslAuthenticationException'
      })
  )

  it('OAUTHBEARER takes a signed token', async ({ secured, roundTrip }) =>
    roundTrip(secured.sasl, await bearer(await signToken(secured.signingKey, TOKEN_SUBJECT))))

  it.for([{ aud: 'another' }, { iss: 'https://another.example' }, { exp: 1 }])(
    'OAUTHBEARER refuses a token with %o',
    async (claims, { secured, roundTrip }) => {
      const properties = await bearer(await signToken(secured.signingKey, TOKEN_SUBJECT, claims))
      await expect(roundTrip(secured.sasl, properties)).rejects.toMatchObject({ code: 'SaslAuthenticationException' })
    }
  )
})

describe('with TLS', () => {
  it('who trusts the authority gets in', ({ secured, roundTrip }) => roundTrip(secured.tls, trust(secured, 'SSL')))

  it('who does not trust it stays away', ({ secured, roundTrip }) =>
    expect(roundTrip(secured.tls, { 'security.protocol': 'SSL' })).rejects.toMatchObject({
      code: 'SslAuthenticationException'
    }))

  it('mutual TLS takes the client certificate', ({ secured, roundTrip }) =>
    roundTrip(secured.mtls, { ...trust(secured, 'SSL'), ...certificate(secured) }))

  it('mutual TLS takes nobody without one', ({ secured, roundTrip }) =>
    expect(roundTrip(secured.mtls, trust(secured, 'SSL'))).rejects.toMatchObject({
      code: 'SslAuthenticationException'
    }))

  it('a password works', ({ secured, roundTrip }) =>
    roundTrip(secured.saslTls, { ...login('SCRAM-SHA-512', 'alice', USERS.alice), ...trust(secured, 'SASL_SSL') }))

  it('a token works', async ({ secured, roundTrip }) => {
    const properties = await bearer(await signToken(secured.signingKey, TOKEN_SUBJECT))
    await roundTrip(secured.saslTls, { ...properties, ...trust(secured, 'SASL_SSL') })
  })
})

it('mallory may do nothing before she is allowed to', async ({ kafka, secured, peer, topic }) => {
  const mallory = connectPeer(kafka.peer, secured.sasl, login('PLAIN', 'mallory', USERS.mallory))
  await expect(mallory.produce(topic, null, 'first')).rejects.toMatchObject({ code: 'TopicAuthorizationException' })
  await peer.allow(topic, 'User:mallory', 'Write')
  await mallory.produce(topic, null, 'second')
  await expect(mallory.read(topic)).rejects.toMatchObject({ code: 'TopicAuthorizationException' })
  expect((await peer.read(topic)).map(({ value }) => String(value))).toEqual(['second'])
})
