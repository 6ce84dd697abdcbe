import { afterAll, beforeAll, describe, inject, it } from 'vitest'
import { adapterContract } from '../../../src/testing.ts'
import { connectAccount } from '../../brokers/eventbridge/account.ts'
import { type Front, openFront } from '../../brokers/eventbridge/front.ts'
import { type FaultProxy, openFaultProxy } from '../../brokers/proxy.ts'
import { openEventbridgeHarness } from './harness.ts'

const shared = inject('eventbridge')

describe.skipIf(shared === null)('the adapter contract, on EventBridge', () => {
  const { endpoint = '' } = shared ?? {}
  let front: Front
  let refusing: Front
  let proxy: FaultProxy
  beforeAll(async () => {
    front = await openFront(endpoint)
    refusing = await openFront(endpoint)
    refusing.answer({ status: 403, type: 'UnrecognizedClientException' })
    proxy = await openFaultProxy({ port: 0, target: Number(new URL(front.endpoint).port) })
  })
  afterAll(async () => {
    await proxy?.close()
    await refusing?.close()
    await front?.close()
  })

  const open = () => openEventbridgeHarness({ proxy, front, refusing, account: connectAccount(endpoint) })
  for (const { name, run } of adapterContract(open)) it(name, run)
})
