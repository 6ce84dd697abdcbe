// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references are a way for secrets to get in
import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort, root } from '../spawn.ts'
import { type CarelessServers, openCarelessServers } from './careless-servers.ts'

// With what URLs and forms write in another way.
/** In base64 they have what no token has: they begin with `++//`. */
const signingSecret = () =>
  `whsec_${Buffer.concat([Buffer.from('++//', 'base64'), randomBytes(29)]).toString('base64')}`
const random = (bytes = 24) => `-_${randomBytes(bytes).toString('base64url')}`
/** A secret for every place that takes one. */
export const secrets = {
  newSecret: signingSecret(),
  oldSecret: signingSecret(),
  newToken: random(),
  oldToken: random(),
  wrongToken: random(),
  kafkaPassword: random(),
  passphrase: random(),
  clientSecret: random(),
  bearer: random(),
  redisPassword: random(),
  awsKey: random(30),
  awsToken: random(60),
  googleKey: random(40),
  httpToken: random(),
  httpKey: random(),
  httpQuery: random()
}
/** What bodies say, and nobody else. */
export const BODY_WORD = `body-word-${random(12)}`

/** The environment that the configuration refers to. */
export const env = {
  NEW_SECRET: secrets.newSecret,
  KAFKA_PASSWORD: secrets.kafkaPassword,
  GEMINI_WEBHOOK_SECRET: secrets.oldSecret,
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: secrets.awsKey,
  AWS_SESSION_TOKEN: secrets.awsToken,
  GOOGLE_APPLICATION_CREDENTIALS: 'google.json'
}

/**
 * Writes the files of a bridge, `bridge.yaml` and what it names, whose every destination but `kept` fails.
 * @param delivery of those
 * @returns the servers that they fail at
 */
export async function configure(
  directory: string,
  keysUrl: string,
  delivery: 'required' | 'bestEffort'
): Promise<CarelessServers> {
  const closed = await freePort()
  const servers = await openCarelessServers()
  const files = {
    token: secrets.newToken,
    'google.json': `{"private_key":"${secrets.googleKey}`,
    'key.pem': await readFile(`${root}test/adapters/kafka/fixtures/bridge.key`),
    'cert.pem': await readFile(`${root}test/adapters/kafka/fixtures/bridge.pem`),
    'token.mjs': `export default () => '${secrets.bearer}'`
  }
  const kafka = { adapter: 'kafka', topic: 't' }
  const plain = { mechanism: 'plain', username: 'u', password: '${env:KAFKA_PASSWORD}' }
  const failing = {
    gone: { ...kafka, brokers: [`127.0.0.1:${closed}`], sasl: plain },
    refused: { ...kafka, brokers: [`127.0.0.1:${servers.kafka}`], sasl: plain },
    echo: { ...kafka, brokers: [`127.0.0.1:${servers.echo}`], sasl: { ...plain, mechanism: 'scram-sha-256' } },
    tls: {
      ...kafka,
      brokers: [`127.0.0.1:${servers.echo}`],
      tls: { cert: 'cert.pem', key: 'key.pem', passphrase: secrets.passphrase }
    },
    oauth: {
      ...kafka,
      brokers: [`127.0.0.1:${servers.kafka}`],
      sasl: {
        mechanism: 'oauthbearer',
        tokenUrl: `http://127.0.0.1:${servers.http}/token`,
        clientId: 'id',
        clientSecret: secrets.clientSecret
      }
    },
    provider: {
      ...kafka,
      brokers: [`127.0.0.1:${servers.kafka}`],
      sasl: { mechanism: 'oauthbearer', provider: './token.mjs' }
    },
    bus: { adapter: 'eventbridge', bus: 'b', region: 'eu-central-1', endpoint: `http://127.0.0.1:${servers.http}` },
    pubsub: { adapter: 'pubsub', topic: 'projects/acme/topics/jobs' },
    hook: {
      adapter: 'http',
      url: `http://127.0.0.1:${servers.http}/hook`,
      query: `code=${secrets.httpQuery}`,
      token: secrets.httpToken,
      headers: { 'x-api-key': secrets.httpKey }
    }
  }
  const config = {
    listen: { host: '127.0.0.1', port: 0 },
    admin: { host: '127.0.0.1', port: 0 },
    health: { ready: 'listening' },
    log: { level: 'debug' },
    limits: { body: '4KiB', receive: '300ms', acknowledge: '1s', drain: '4s' },
    endpoints: [
      { path: '/hooks', verify: { static: { secrets: ['${env:NEW_SECRET}', secrets.oldSecret] } } },
      {
        path: '/jobs',
        verify: {
          dynamic: {
            tokens: ['${file:token}', secrets.oldToken],
            keys: { url: keysUrl, coolDown: '100ms' },
            jwt: { audience: 'a' }
          }
        }
      }
    ],
    destinations: { kept: { adapter: 'memory' }, ...failing },
    routes: [{ to: ['kept'] }, { to: Object.keys(failing), delivery }],
    dedupe: { store: 'redis', url: `redis://user:${secrets.redisPassword}@127.0.0.1:${servers.redis}/1` }
  }
  for (const [name, content] of Object.entries({ ...files, 'bridge.yaml': JSON.stringify(config) })) {
    await writeFile(join(directory, name), content)
  }
  return servers
}
