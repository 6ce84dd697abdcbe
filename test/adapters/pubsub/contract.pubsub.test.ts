import { afterAll, beforeAll, describe, inject, it } from 'vitest'
import { adapterContract } from '../../../src/testing.ts'
import { type FaultProxy, openFaultProxy } from '../../brokers/proxy.ts'
import { openFront, type PubsubFront } from '../../brokers/pubsub/front.ts'
import { connectPeer } from '../../brokers/pubsub/peer.ts'
import { type ContentMode, openPubsubHarness } from './harness.ts'

const shared = inject('pubsub')
const { emulator = null, pstest = null } = shared ?? {}
const UNAUTHENTICATED = 16

const cases: readonly [server: string, at: string | null, mode: ContentMode][] = [
  ["Google's emulator", emulator, 'binary'],
  ['pstest', pstest, 'structured'],
  // Where there is no emulator.
  ...(emulator === null ? [['pstest', pstest, 'binary'] as const] : []).map(([...row]) => row)
]

describe.each(cases)('the adapter contract, on %s', (_server, at, mode) => {
  describe.skipIf(at === null)(mode, () => {
    let front: PubsubFront
    let refusing: PubsubFront
    let proxy: FaultProxy
    beforeAll(async () => {
      front = await openFront(at ?? '')
      refusing = await openFront(at ?? '')
      refusing.answer({ code: UNAUTHENTICATED })
      proxy = await openFaultProxy({ port: 0, target: Number(front.at.split(':')[1]) })
    })
    afterAll(async () => {
      await proxy?.close()
      await refusing?.close()
      await front?.close()
    })
    const open = () => {
      const peer = connectPeer(shared?.peer ?? 0, at ?? '')
      return openPubsubHarness({ proxy, front, refusing, peer }, mode)
    }
    for (const { name, run } of adapterContract(open)) it(name, run)
  })
})
