import { CREDENTIALS, connectAccount, REGION, type ReceivedEvent } from '../../../brokers/eventbridge/account.ts'
import { startMoto } from '../../../brokers/eventbridge/moto.ts'
import { openFaultProxy } from '../../../brokers/proxy.ts'
import { type Defer, type Found, LATENCY_MS, type Place } from './server.ts'

const BUS = 'events'
const LOG = 'everything'
/** A pattern has to name an attribute; every event has a source. */
const EVERYTHING = { source: [{ prefix: '' }] }

/** moto's EventBridge, read through a rule of the account. It forgets all when it is killed. */
export async function castEventbridge(defer: Defer): Promise<Place> {
  const server = await startMoto()
  defer(server.stop)
  const proxy = await openFaultProxy({ port: 0, target: server.port })
  defer(proxy.close)
  const account = connectAccount(server.endpoint)
  const make = async () => {
    await account.createBus(BUS)
    await account.createLog(LOG)
    await account.createRule(BUS, EVERYTHING, LOG)
  }
  await make()
  const endpoint = `http://127.0.0.1:${proxy.port}`
  return {
    proxy,
    latency: LATENCY_MS,
    destinations: { eventbridge: { adapter: 'eventbridge', bus: BUS, region: REGION, endpoint } },
    env: { AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId, AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey },
    async read() {
      const events = await account.received(LOG)
      return events.map(foundOf)
    },
    async kill() {
      // The account remembers what it has read: all that was answered is there, and nothing more comes.
      await proxy.refuse()
      await account.received(LOG)
      await server.kill()
    },
    async revive() {
      await server.start()
      await make()
      await proxy.delay(LATENCY_MS)
    },
    freeze: server.freeze,
    thaw: server.thaw
  }
}

function foundOf({ detail }: ReceivedEvent): Found {
  const { id, subject, fallbackfor } = JSON.parse(detail)
  return { id, subject, fallbackFor: fallbackfor }
}
