import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import type { KafkaAddresses } from '../../brokers/kafka/broker.ts'
import type { Peer } from '../../brokers/kafka/peer.ts'
import { TOKEN_SUBJECT, USERS } from '../../brokers/kafka/properties.ts'
import { it as base, uniqueTopic } from '../../brokers/kafka/shared.ts'
import { signToken } from '../../brokers/kafka/tokens.ts'
import { temporaryFolder } from '../../brokers/watchdog.ts'
import { watchLoading } from '../loaded.ts'
import { byEnvironment, byFile } from '../serve-configuration.ts'
import { expectDiscreet, serveOnce } from '../serve-once.ts'
import { expectEvent } from './arrived.ts'
import { CLIENTS } from './clients.ts'
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
  ...[alice.password, btoa(`\0${alice.username}\0${alice.password}`)],
  ...[client.clientSecret, grant.authorization.slice('Basic '.length)]
]
const tls = { ca: 'ca.pem' }

/** Each way to reach a broker, as the options for it. */
const ways: Readonly<Record<string, (at: KafkaAddresses, tokenUrl: string) => Options>> = {
  binary: at => ({ brokers: [at.plaintext] }),
  'the other client': at => ({ brokers: [at.plaintext], client: 'platformatic' }),
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

describe.concurrent('by environment variables alone', () => {
  it.for(Object.entries(ways))('%s', async ([, way], { secured, peer, directory, token, tokens, onTestFinished }) => {
    const options = way(secured, tokens.url)
    const topic = await createTopic(peer, options)
    onTestFinished(() => peer.deleteTopic(topic))
    const loaded = watchLoading(directory)
    const served = await serveOnce(directory, { ...byEnvironment('kafka', { topic, ...options }), ...loaded.env })
    await expectArrived(peer, topic, served.id, options)
    expectDiscreet(served, [...SECRETS, token])
    const asksForTokens = JSON.stringify(options).includes(tokens.url)
    const client = options['client'] === 'platformatic' ? '@platformatic/kafka' : 'kafkajs'
    expect(loaded.clients()).toEqual(asksForTokens ? [client, 'oauth4webapi'] : [client])
    expect(tokens.requests).toBe(asksForTokens ? 1 : 0)
    expect(tokens.asked).toMatchObject(asksForTokens ? grant : {})
  })
})

it.for(CLIENTS)(
  'by a file, each way at once, by %s',
  async (client, { secured, peer, directory, token, tokens, onTestFinished }) => {
    const destinations = await Promise.all(
      Object.values(ways).map(async way => {
        const options = way(secured, tokens.url)
        return { topic: await createTopic(peer, options), options }
      })
    )
    onTestFinished(async () => {
      await Promise.all(destinations.map(({ topic }) => peer.deleteTopic(topic)))
    })
    const file = byFile(
      directory,
      'kafka',
      destinations.map(({ topic, options }) => ({ topic, client, ...options }))
    )
    const served = await serveOnce(directory, file)
    await Promise.all(destinations.map(({ topic, options }) => expectArrived(peer, topic, served.id, options)))
    expectDiscreet(served, [...SECRETS, token])
  }
)
