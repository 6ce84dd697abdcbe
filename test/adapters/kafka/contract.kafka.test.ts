import { afterAll, beforeAll, describe, inject, it } from 'vitest'
import { adapterContract } from '../../../src/testing.ts'
import { type KafkaBroker, startKafka } from '../../brokers/kafka/broker.ts'
import { connectPeer } from '../../brokers/kafka/peer.ts'
import { claimPlace, type FaultProxy } from '../../brokers/proxy.ts'
import { CLIENTS } from './clients.ts'
import { type ContentMode, openKafkaHarness } from './harness.ts'

const shared = inject('kafka')

// A broker of its own, since the contract kills it.
describe.skipIf(shared === null)('the adapter contract, on Kafka', () => {
  let broker: KafkaBroker
  let proxy: FaultProxy
  beforeAll(async () => {
    broker = await startKafka()
    proxy = await claimPlace(broker.at.proxied)
  })
  afterAll(async () => {
    await proxy?.close()
    await broker?.stop()
  })

  const modes: readonly ContentMode[] = ['binary', 'structured']
  const ways = CLIENTS.flatMap(client => modes.map(contentMode => ({ client, contentMode })))
  describe.each(ways)('by $client, $contentMode', ({ client, contentMode }) => {
    const open = () => {
      const peer = connectPeer(shared?.peer ?? 0, broker.at.plaintext)
      return openKafkaHarness({ broker, proxy, peer }, contentMode, client)
    }
    for (const { name, run } of adapterContract(open)) it(name, run)
  })
})
