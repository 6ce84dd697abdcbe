import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { stringify } from 'yaml'
import type { KafkaAddresses } from '../../brokers/kafka/broker.ts'
import type { Peer } from '../../brokers/kafka/peer.ts'
import { TOKEN_SUBJECT, USERS } from '../../brokers/kafka/properties.ts'
import { it as base, uniqueTopic } from '../../brokers/kafka/shared.ts'
import { signToken } from '../../brokers/kafka/tokens.ts'
import { temporaryFolder } from '../../brokers/watchdog.ts'
import { watchLoading } from '../loaded.ts'
import { expectEvent } from './arrived.ts'
import { serveOnce, WEBHOOK_SECRET } from './serve-once.ts'
import { serveTokens } from './token-server.ts'

type Options = Readonly<Record<string, unknown>>

const it = base
  .extend('token', ({ secured }) => signToken(secured.signingKey, TOKEN_SUBJECT))
  // The folder of the configuration, with all that options name.
  .extend('directory', ({ secured, token }, { onCleanup }) => {
    const folder = temporaryFolder('serve-')
    onCleanup(() => folder.remove())
    const inFolder = (name: string) => join(folder.path, name)
    for (const name of ['ca.pem', 'client.pem', 'client.key']) copyFileSync(join(secured.keys, name), inFolder(name))
    writeFileSync(inFolder('token.js'), `export default async () => '${token}'\n`)
    return folder.path
  })
  .extend('tokens', async ({ token }, { onCleanup }) => {
    const server = await serveTokens({ access_token: token, token_type: 'Bearer', expires_in: 300 })
    onCleanup(() => server.stop())
    return server
  })

const alice = { username: 'alice', password: USERS.alice }
const client = { clientId: 'bridge', clientSecret: 'aClientSecret' }
/** RFC 6749, sections 2.3.1 and 4.4.2. */
const grant = {
  authorization: `Basic ${btoa(`${client.clientId}:${client.clientSecret}`)}`,
  form: { grant_type: 'client_credentials', scope: 'kafka write', audience: 'kafka' }
}
/** As they are, and as they are sent. */
const SECRETS = [
  WEBHOOK_SECRET,
  ...[alice.password, btoa(`\0${alice.username}\0${alice.password}`)],
  ...[client.clientSecret, grant.authorization.slice('Basic '.length)]
]
const tls = { ca: 'ca.pem' }

/** Each way to reach a broker, as the options for it. */
const ways: Readonly<Record<string, (at: KafkaAddresses, tokenUrl: string) => Options>> = {
  binary: at => ({ brokers: [at.plaintext] }),
  'structured, and another key': at => ({ brokers: [at.plaintext], contentMode: 'structured', key: 'id' }),
  'gzip, and several brokers': at => ({ brokers: ['127.0.0.1:1', at.plaintext], compression: 'gzip' }),
  TLS: at => ({ brokers: [at.tls], tls }),
  'mutual TLS': at => ({ brokers: [at.mtls], tls: { ...tls, cert: 'client.pem', key: 'client.key' } }),
  PLAIN: at => ({ brokers: [at.sasl], sasl: { mechanism: 'plain', ...alice } }),
  'PLAIN over TLS': at => ({ brokers: [at.saslTls], tls, sasl: { mechanism: 'PLAIN', ...alice } }),
  'SCRAM-SHA-256': at => ({ brokers: [at.sasl], sasl: { mechanism: 'scram-sha-256', ...alice } }),
  'SCRAM-SHA-512 over TLS': at => ({ brokers: [at.saslTls], tls, sasl: { mechanism: 'scram-sha-512', ...alice } }),
  'OAUTHBEARER by client credentials, over TLS': (at, tokenUrl) => ({
    brokers: [at.saslTls],
    tls,
    sasl: { mechanism: 'oauthbearer', tokenUrl, ...client, scope: grant.form.scope, audience: grant.form.audience }
  }),
  'OAUTHBEARER by a provider': at => ({
    brokers: [at.sasl],
    sasl: { mechanism: 'oauthbearer', provider: './token.js' }
  })
}

/** A topic that takes the webhook only if it is compressed where that is asked for. */
async function createTopic(peer: Peer, { compression }: Options): Promise<string> {
  const topic = uniqueTopic()
  const configs: Record<string, string> = compression === 'gzip' ? { 'max.message.bytes': '2000' } : {}
  await peer.createTopic(topic, { partitions: 3, configs })
  return topic
}

/** Asserts that the topic has the event and nothing else, where Kafka's own client puts events with its key. */
async function expectArrived(peer: Peer, topic: string, id: string, options: Options): Promise<void> {
  const records = await peer.read(topic)
  expect(records).toHaveLength(1)
  for (const record of records) {
    expectEvent(record, id, options)
    expect(record.partition).toBe((await peer.produce(topic, record.key, null)).partition)
  }
}

/** Asserts that neither log nor metrics show a secret, and that all of the log is lines of the bridge. */
function expectDiscreet({ log, metrics }: { log: string; metrics: string }, token: string): void {
  for (const secret of [...SECRETS, token]) {
    expect(log).not.toContain(secret)
    expect(metrics).not.toContain(secret)
  }
  for (const line of log.trim().split('\n')) expect(JSON.parse(line)).not.toHaveProperty('warning')
}

/** KAFKA_SASL_TOKEN_URL is sasl.tokenUrl. */
function toVariables(options: object, prefix: string): Record<string, string> {
  const variables = Object.entries(options).map(([key, value]) => {
    const name = `${prefix}_${key.replace(/[A-Z]/g, '_$&').toUpperCase()}`
    return typeof value === 'object' && !Array.isArray(value) ? toVariables(value, name) : { [name]: String(value) }
  })
  return Object.assign({}, ...variables)
}

describe.concurrent('by environment variables alone', () => {
  it.for(Object.entries(ways))('%s', async ([, way], { secured, peer, directory, token, tokens, onTestFinished }) => {
    const options = way(secured, tokens.url)
    const topic = await createTopic(peer, options)
    onTestFinished(() => peer.deleteTopic(topic))
    const listening = { BRIDGE_HOST: '127.0.0.1', BRIDGE_ADMIN_PORT: '0', PORT: '0', BRIDGE_ADAPTER: 'kafka' }
    const loaded = watchLoading(directory)
    const env = { ...listening, ...toVariables({ topic, ...options }, 'KAFKA'), ...loaded.env }
    const { id, ...said } = await serveOnce(directory, env)
    await expectArrived(peer, topic, id, options)
    expectDiscreet(said, token)
    const asksForTokens = JSON.stringify(options).includes(tokens.url)
    expect(loaded.packages()).toContain('kafkajs')
    expect(loaded.packages().includes('oauth4webapi')).toBe(asksForTokens)
    expect(tokens.requests).toBe(asksForTokens ? 1 : 0)
    expect(tokens.asked).toMatchObject(asksForTokens ? grant : {})
  })
})

it('by a file, each way at once', async ({ secured, peer, directory, token, tokens, onTestFinished }) => {
  const destinations = await Promise.all(
    Object.values(ways).map(async way => {
      const options = way(secured, tokens.url)
      return { topic: await createTopic(peer, options), options }
    })
  )
  onTestFinished(async () => {
    await Promise.all(destinations.map(({ topic }) => peer.deleteTopic(topic)))
  })
  const file = {
    listen: { host: '127.0.0.1', port: 0 },
    admin: { host: '127.0.0.1', port: 0 },
    endpoints: [{ path: '/webhooks/gemini', verify: { static: { secrets: [`\${env:GEMINI_WEBHOOK_SECRET}`] } } }],
    destinations: Object.fromEntries(
      destinations.map(({ topic, options }, index) => [`d${index}`, { adapter: 'kafka', topic, ...options }])
    )
  }
  writeFileSync(join(directory, 'bridge.yaml'), stringify(file))
  const { id, ...said } = await serveOnce(directory, { BRIDGE_CONFIG: 'bridge.yaml' })
  await Promise.all(destinations.map(({ topic, options }) => expectArrived(peer, topic, id, options)))
  expectDiscreet(said, token)
})
