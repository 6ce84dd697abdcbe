import { afterAll, beforeAll, describe, inject, it } from 'vitest'
import { adapterContract } from '../../../src/testing.ts'
import { type KafkaBroker, startKafka } from '../../brokers/kafka/broker.ts'
import { connectPeer } from '../../brokers/kafka/peer.ts'
import { claimPlace, type FaultProxy } from '../../brokers/proxy.ts'
import type { ClientName } from './clients.ts'
import { type ContentMode, openKafkaHarness } from './harness.ts'

const shared = inject('kafka')

/** The adapter contract by one client. A file for each, so that they run side by side: most of the time is waiting. */
export function testContract(client: ClientName): void {
  // A broker of its own, since the contract kills it.
  describe.skipIf(shared === null)(`the adapter contract, on Kafka by ${client}`, () => {
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

    describe.each<ContentMode>(['binary', 'structured'])('%s', contentMode => {
      const open = () => {
        const peer = connectPeer(shared?.peer ?? 0, broker.at.plaintext)
        return openKafkaHarness({ broker, proxy, peer }, contentMode, client)
      }
      for (const { name, run } of adapterContract(open)) it(name, run)
    })
  })
}
