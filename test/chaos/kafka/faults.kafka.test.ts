import { afterAll, beforeAll, describe, inject, test } from 'vitest'
import { type KafkaBroker, startKafka } from '../../brokers/kafka/broker.ts'
import { connectPeer, type Peer } from '../../brokers/kafka/peer.ts'
import { claimPlace, type FaultProxy } from '../../brokers/proxy.ts'
import { loseAnswers, throughLossOfAnswers } from '../losing-answers.ts'
import { full } from '../scene.ts'
import { throughOutage } from '../through-outage.ts'
import { openKafkaScene } from './scene.ts'

const shared = inject('kafka')
/** A broker that is not on the same machine, so that whole batches are in flight when something happens to it. */
const LATENCY_MS = 10

describe.skipIf(shared === null)('200 webhooks at a time into a broker that is', { timeout: 120_000 }, () => {
  let broker: KafkaBroker
  let peer: Peer
  let proxy: FaultProxy
  beforeAll(async () => {
    broker = await startKafka()
    peer = connectPeer(shared?.peer ?? 0, broker.at.plaintext)
    proxy = await claimPlace(broker.at.proxied)
  })
  afterAll(async () => {
    await proxy?.close()
    await broker?.stop()
  })

  async function open() {
    await proxy.delay(LATENCY_MS)
    const scene = openKafkaScene(peer, `127.0.0.1:${proxy.port}`)
    await peer.createTopic(scene.topic, { partitions: 3 })
    return scene
  }

  const troubles = [
    { name: 'killed', often: true, fault: () => broker.kill(), mend: () => broker.start() },
    { name: 'refusing connections', often: false, fault: () => proxy.refuse(), mend: () => proxy.pass() },
    { name: 'resetting connections', often: false, fault: () => proxy.reset(), mend: () => proxy.pass() },
    { name: 'frozen', often: false, fault: () => broker.freeze(), mend: () => broker.thaw() },
    { name: 'mute', often: false, fault: () => proxy.holdAnswers(), mend: () => loseAnswers(proxy) }
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
