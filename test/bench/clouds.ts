/**
 * Into Pub/Sub and EventBridge: the bridge beside the bare client that does the same publishes. Their emulators are here,
 * and the clouds are not: every answer is `LATENCY_MS` late, as if from a region.
 */
import { openFaultProxy } from '../brokers/proxy.ts'
import { emulatorJar, startEmulator } from '../brokers/pubsub/emulator.ts'
import { connectPeer, PROJECT } from '../brokers/pubsub/peer.ts'
import { startPeer } from '../brokers/pubsub/peer-process.ts'
import { startPstest } from '../brokers/pubsub/pstest.ts'
import { type Choice, type Comparison, chosen } from './contender.ts'
import { bare, bridge } from './programs.ts'
import { servePutEvents } from './put-events.ts'

/** There and back. */
export const LATENCY_MS = 10
const CONNECTIONS = [1, 8, 32, 128]
/** The bridge's, in EventBridge's sense. */
const SOURCE = 'bridge'

export async function intoPubsub(choice: Choice): Promise<Comparison> {
  const jar = emulatorJar()
  const [pubsub, peer] = await Promise.all([jar === undefined ? startPstest() : startEmulator(jar), startPeer()])
  for (const topic of ['bridge', 'bare']) await connectPeer(peer.port, pubsub.at).createTopic(topic)
  const proxy = await openFaultProxy({ port: 0, target: pubsub.port })
  await proxy.delay(LATENCY_MS / 2)
  const env = { PUBSUB_EMULATOR_HOST: `127.0.0.1:${proxy.port}` }
  const destination = { adapter: 'pubsub', projectId: PROJECT, topic: 'bridge' }
  const contenders = [
    { name: 'bridge', program: bridge(choice.main, { destination, env }) },
    { name: 'bare client', program: bare('pubsub', { ...env, PUBSUB_TOPIC: 'bare', PUBSUB_PROJECT_ID: PROJECT }) }
  ]
  return {
    contenders: chosen(contenders, choice),
    baseline: 'bare client',
    connections: CONNECTIONS,
    close: async () => void (await Promise.all([proxy.close(), pubsub.stop(), peer.stop()]))
  }
}

export async function intoEventbridge(choice: Choice): Promise<Comparison> {
  const aws = await servePutEvents(LATENCY_MS)
  const env = {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'x',
    AWS_ENDPOINT_URL_EVENTBRIDGE: aws.endpoint
  }
  const contenders = [
    { name: 'bridge', program: bridge(choice.main, { destination: { adapter: 'eventbridge', source: SOURCE }, env }) },
    { name: 'bare client', program: bare('eventbridge', env) }
  ]
  return {
    contenders: chosen(contenders, choice),
    baseline: 'bare client',
    connections: CONNECTIONS,
    accepted: async name => aws.accepted(name === 'bridge' ? SOURCE : 'bare'),
    close: async () => aws.stop()
  }
}
