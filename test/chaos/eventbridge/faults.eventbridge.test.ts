import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { ENVIRONMENT } from '../../adapters/eventbridge/harness.ts'
import { connectAccount } from '../../brokers/eventbridge/account.ts'
import { type EventBridgeServer, startMoto } from '../../brokers/eventbridge/moto.ts'
import { createTestBus, type TestBus } from '../../brokers/eventbridge/shared.ts'
import { type FaultProxy, openFaultProxy } from '../../brokers/proxy.ts'
import { isAcknowledged, type Load } from '../load.ts'
import { loseAnswers, throughLossOfAnswers } from '../losing-answers.ts'
import { full, openScene, WAIT } from '../scene.ts'
import { throughOutage } from '../through-outage.ts'

const shared = inject('eventbridge')
/** A service that is not on the same machine, so that several requests are in flight when something happens to it. */
const LATENCY_MS = 10

describe.skipIf(shared === null)('200 webhooks at a time into EventBridge that is', { timeout: 120_000 }, () => {
  let server: EventBridgeServer
  let proxy: FaultProxy
  let bus: TestBus
  beforeAll(async () => {
    server = await startMoto()
    proxy = await openFaultProxy({ port: 0, target: Number(new URL(server.endpoint).port) })
  })
  afterAll(async () => {
    await proxy?.close()
    await server?.stop()
  })

  const arrived = async () => (await bus.received()).map(({ detail }): string => JSON.parse(detail).id)

  async function open() {
    await proxy.delay(LATENCY_MS)
    bus = await createTestBus(connectAccount(server.endpoint))
    const endpoint = `http://127.0.0.1:${proxy.port}`
    const env = {
      ...ENVIRONMENT,
      BRIDGE_ADAPTER: 'eventbridge',
      EVENTBRIDGE_BUS: bus.name,
      EVENTBRIDGE_ENDPOINT: endpoint
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
    await bus.create()
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
