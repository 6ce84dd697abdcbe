import { afterAll, beforeAll, describe, inject } from 'vitest'
import { type KafkaBroker, startKafka } from '../../brokers/kafka/broker.ts'
import { connectPeer, type Peer } from '../../brokers/kafka/peer.ts'
import { claimPlace, type FaultProxy } from '../../brokers/proxy.ts'
import { testTroubles } from '../troubles.ts'
import { OFTEN, openKafkaScene } from './scene.ts'

const shared = inject('kafka')

describe.skipIf(shared === null).each(OFTEN)(
  'by %s, 200 webhooks at a time into a broker that is',
  { timeout: 120_000 },
  client => {
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

    const open = async () => {
      const scene = openKafkaScene(peer, `127.0.0.1:${proxy.port}`, client)
      await peer.createTopic(scene.topic, { partitions: 3 })
      return scene
    }
    const victim = () => ({ ...broker, proxy, open, kill: () => broker.kill(), revive: broker.start })
    testTroubles(victim, ['killed'], 1)
  }
)
