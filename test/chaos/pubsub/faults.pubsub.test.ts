import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { type FaultProxy, openFaultProxy } from '../../brokers/proxy.ts'
import { emulatorJar, startEmulator } from '../../brokers/pubsub/emulator.ts'
import { connectPeer, type Peer, PROJECT } from '../../brokers/pubsub/peer.ts'
import { startPstest } from '../../brokers/pubsub/pstest.ts'
import type { PubsubServer } from '../../brokers/pubsub/server.ts'
import { uniqueTopic } from '../../brokers/pubsub/shared.ts'
import { isAcknowledged, type Load } from '../load.ts'
import { loseAnswers, throughLossOfAnswers } from '../losing-answers.ts'
import { full, openScene, WAIT } from '../scene.ts'
import { throughOutage } from '../through-outage.ts'

const shared = inject('pubsub')
/** A service that is not on the same machine, so that several requests are in flight when something happens to it. */
const LATENCY_MS = 10

describe.skipIf(shared === null)('200 webhooks at a time into Pub/Sub that is', { timeout: 120_000 }, () => {
  let server: PubsubServer
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

  async function open() {
    await proxy.delay(LATENCY_MS)
    topic = uniqueTopic()
    await createTopic()
    const env = {
      BRIDGE_ADAPTER: 'pubsub',
      PUBSUB_EMULATOR_HOST: `127.0.0.1:${proxy.port}`,
      PUBSUB_TOPIC: `projects/${PROJECT}/topics/${topic}`
    }
    return openScene({ env, arrived })
  }

  /** It keeps all in memory: what it has accepted has to be with the consumer before it dies with requests in flight. */
  async function kill({ deliveries }: Load) {
    await proxy.holdAnswers()
    const acknowledged = deliveries.filter(isAcknowledged).map(({ id }) => id)
    await expect.poll(arrived, WAIT).toEqual(expect.arrayContaining(acknowledged))
    await server.kill()
    await proxy.refuse()
  }
  async function revive() {
    await server.start()
    await createTopic()
    await proxy.pass()
  }

  // A request without an answer is sent once more, after two seconds.
  const troubles = [
    { name: 'killed', often: true, fault: kill, mend: revive },
    { name: 'refusing connections', often: false, fault: () => proxy.refuse(), mend: () => proxy.pass() },
    { name: 'resetting connections', often: false, fault: () => proxy.reset(), mend: () => proxy.pass() },
    { name: 'frozen', often: true, fault: () => server.freeze(), mend: () => server.thaw(), copies: 2 },
    { name: 'mute', often: false, fault: () => proxy.holdAnswers(), mend: () => loseAnswers(proxy), copies: 2 }
  ]
  for (const trouble of troubles) {
    test.runIf(trouble.often || full)(
      `${trouble.name}: refused in time, then at once, and accepted when it is back`,
      async () => throughOutage(await open(), trouble)
    )
  }

  test('losing its answers: all is accepted in time, and written at most once more per loss', async () => {
    await throughLossOfAnswers(await open(), proxy, LATENCY_MS)
  })
})
