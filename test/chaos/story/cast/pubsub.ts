import { openFaultProxy } from '../../../brokers/proxy.ts'
import { emulatorJar, startEmulator } from '../../../brokers/pubsub/emulator.ts'
import { connectPeer, PROJECT, type StoredMessage } from '../../../brokers/pubsub/peer.ts'
import { startPeer } from '../../../brokers/pubsub/peer-process.ts'
import { startPstest } from '../../../brokers/pubsub/pstest.ts'
import { type Defer, type Found, LATENCY_MS, type Place } from './server.ts'

const TOPIC = 'events'

/** Google's emulator where it is, else its fake server, read by Google's Go client. They forget all when they are killed. */
export async function castPubsub(defer: Defer): Promise<Place> {
  const jar = emulatorJar()
  const server = await (jar === undefined ? startPstest() : startEmulator(jar))
  defer(server.stop)
  const process = await startPeer()
  defer(process.stop)
  const proxy = await openFaultProxy({ port: 0, target: server.port })
  defer(proxy.close)
  const peer = connectPeer(process.port, server.at)
  const make = async () => {
    await peer.createTopic(TOPIC)
    await peer.createSubscription(TOPIC)
  }
  await make()
  return {
    proxy,
    latency: LATENCY_MS,
    destinations: { pubsub: { adapter: 'pubsub', topic: `projects/${PROJECT}/topics/${TOPIC}` } },
    env: { PUBSUB_EMULATOR_HOST: `127.0.0.1:${proxy.port}` },
    async read() {
      const messages = await peer.read(TOPIC)
      return messages.map(foundOf)
    },
    async kill() {
      // The consumer remembers what it has read: all that was answered is there, and nothing more comes.
      await proxy.refuse()
      await peer.read(TOPIC)
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

function foundOf({ attributes }: StoredMessage): Found {
  const attribute = (name: string) => attributes[`ce-${name}`]
  return { id: attribute('id') ?? '', subject: attribute('subject'), fallbackFor: attribute('fallbackfor') }
}
