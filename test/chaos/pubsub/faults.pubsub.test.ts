import { afterAll, beforeAll, describe, inject } from 'vitest'
import { type FaultProxy, openFaultProxy } from '../../brokers/proxy.ts'
import { emulatorJar, startEmulator } from '../../brokers/pubsub/emulator.ts'
import { connectPeer, type Peer, PROJECT } from '../../brokers/pubsub/peer.ts'
import { startPstest } from '../../brokers/pubsub/pstest.ts'
import { uniqueTopic } from '../../brokers/pubsub/shared.ts'
import type { MemoryServer } from '../../brokers/server.ts'
import type { Load } from '../load.ts'
import { openScene } from '../scene.ts'
import { killForgetful, testTroubles } from '../troubles.ts'

const shared = inject('pubsub')

describe.skipIf(shared === null)('200 webhooks at a time into Pub/Sub that is', { timeout: 120_000 }, () => {
  let server: MemoryServer
  let peer: Peer
  let proxy: FaultProxy
  let topic: string
  beforeAll(async () => {
    const jar = emulatorJar()
    server = await (jar === undefined ? startPstest() : startEmulator(jar))
    peer = connectPeer(shared?.peer ?? 0, server.at)
    proxy = await openFaultProxy({ port: 0, target: server.port })
  })
  afterAll(async () => {
    await proxy?.close()
    await server?.stop()
  })

  const createTopic = async () => {
    await peer.createTopic(topic)
    await peer.createSubscription(topic)
  }
  const arrived = async () => (await peer.read(topic)).map(({ attributes }) => attributes['ce-id'] ?? '')
  const open = async () => {
    topic = uniqueTopic()
    await createTopic()
    const env = {
      BRIDGE_ADAPTER: 'pubsub',
      PUBSUB_EMULATOR_HOST: `127.0.0.1:${proxy.port}`,
      PUBSUB_TOPIC: `projects/${PROJECT}/topics/${topic}`
    }
    return openScene({ env, arrived })
  }
  const kill = (load: Load) => killForgetful(server, { proxy, arrived, load })
  const revive = async () => {
    await server.start()
    await createTopic()
    await proxy.pass()
  }
  // A request without an answer is sent once more, after two seconds.
  testTroubles(() => ({ ...server, proxy, open, kill, revive }), ['killed', 'frozen'], 2)
})
