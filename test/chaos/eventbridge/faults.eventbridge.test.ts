import { afterAll, beforeAll, describe, inject } from 'vitest'
import { ENVIRONMENT } from '../../adapters/eventbridge/harness.ts'
import { connectAccount } from '../../brokers/eventbridge/account.ts'
import { type EventBridgeServer, startMoto } from '../../brokers/eventbridge/moto.ts'
import { createTestBus, type TestBus } from '../../brokers/eventbridge/shared.ts'
import { type FaultProxy, openFaultProxy } from '../../brokers/proxy.ts'
import type { Load } from '../load.ts'
import { openScene } from '../scene.ts'
import { killForgetful, testTroubles } from '../troubles.ts'

const shared = inject('eventbridge')

describe.skipIf(shared === null)('200 webhooks at a time into EventBridge that is', { timeout: 120_000 }, () => {
  let server: EventBridgeServer
  let proxy: FaultProxy
  let bus: TestBus
  beforeAll(async () => {
    server = await startMoto()
    proxy = await openFaultProxy({ port: 0, target: server.port })
  })
  afterAll(async () => {
    await proxy?.close()
    await server?.stop()
  })

  const arrived = async () => (await bus.received()).map(({ detail }): string => JSON.parse(detail).id)
  const open = async () => {
    bus = await createTestBus(connectAccount(server.endpoint))
    const env = {
      ...ENVIRONMENT,
      BRIDGE_ADAPTER: 'eventbridge',
      EVENTBRIDGE_BUS: bus.name,
      EVENTBRIDGE_ENDPOINT: `http://127.0.0.1:${proxy.port}`
    }
    return openScene({ env, arrived })
  }
  const kill = (load: Load) => killForgetful(server, { proxy, arrived, load })
  const revive = async () => {
    await server.start()
    await bus.create()
    await proxy.pass()
  }
  // A request without an answer is sent once more, after two seconds.
  testTroubles(() => ({ ...server, proxy, open, kill, revive }), ['killed', 'frozen'], 2)
})
