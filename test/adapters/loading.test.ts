import { expect, onTestFinished, test } from 'vitest'
import { temporaryFolder } from '../brokers/watchdog.ts'
import { startBridgeProgram } from '../spawn.ts'
import { watchLoading } from './loaded.ts'

/** The broker clients that `serve` has loaded by the time that its only destination was connected to, in vain or not. */
async function clientsOf(environment: Record<string, string>): Promise<string[]> {
  const folder = temporaryFolder('loading-')
  onTestFinished(() => folder.remove())
  const loaded = watchLoading(folder.path)
  const listening = { BRIDGE_HOST: '127.0.0.1', BRIDGE_ADMIN_PORT: 'off', PORT: '0' }
  const secret = { GEMINI_WEBHOOK_SECRET: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' }
  const program = startBridgeProgram(['serve'], { env: { ...listening, ...secret, ...environment, ...loaded.env } })
  onTestFinished(() => program.kill('SIGKILL'))
  await program.until(/"listening"/)
  await program.until(/"connected"|"cannot connect/)
  expect(loaded.packages()).toContain('fastify')
  return loaded.clients()
}

test.for(['memory', 'stdout'])('%s loads no client of a broker', async adapter => {
  expect(await clientsOf({ BRIDGE_ADAPTER: adapter })).toEqual([])
})

test.for([
  ['kafkajs', 'kafkajs'],
  ['platformatic', '@platformatic/kafka']
] as const)(
  'kafka by %s loads that client, and that of token endpoints not before a token is needed',
  async ([client, name]) => {
    const sasl = {
      KAFKA_SASL_MECHANISM: 'oauthbearer',
      KAFKA_SASL_TOKEN_URL: 'http://127.0.0.1:1/token',
      KAFKA_SASL_CLIENT_ID: 'bridge',
      KAFKA_SASL_CLIENT_SECRET: 'secret'
    }
    const kafka = { BRIDGE_ADAPTER: 'kafka', KAFKA_CLIENT: client, KAFKA_BROKERS: '127.0.0.1:1', KAFKA_TOPIC: 'events' }
    expect(await clientsOf({ ...kafka, ...sasl })).toEqual([name])
  }
)

test('pubsub loads its client and that of its credentials', async () => {
  const pubsub = { BRIDGE_ADAPTER: 'pubsub', PUBSUB_TOPIC: 'projects/test/topics/events' }
  const clients = await clientsOf({ ...pubsub, PUBSUB_EMULATOR_HOST: '127.0.0.1:1' })
  expect(clients).toEqual(['@google-cloud/pubsub', 'google-auth-library'])
})

test('eventbridge loads its client', async () => {
  const credentials = { AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: 'a-secret-of-the-tests' }
  const clients = await clientsOf({ BRIDGE_ADAPTER: 'eventbridge', EVENTBRIDGE_REGION: 'us-east-1', ...credentials })
  expect(clients).toEqual(['@aws-sdk/client-eventbridge'])
})
