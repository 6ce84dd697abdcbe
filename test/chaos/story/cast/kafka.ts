import { startKafka } from '../../../brokers/kafka/broker.ts'
import { connectPeer, type StoredRecord } from '../../../brokers/kafka/peer.ts'
import { startPeer } from '../../../brokers/kafka/peer-process.ts'
import { claimPlace } from '../../../brokers/proxy.ts'
import { type Defer, type Found, LATENCY_MS, type Place } from './server.ts'

/** The variable of the replicas that names their client. */
export const KAFKA_CLIENT = 'STORY_KAFKA_CLIENT'

/** By the name of the destination. */
const TOPICS: Readonly<Record<string, string>> = { kafka: 'events', reserve: 'reserve', parking: 'dead-letters' }

/** Apache Kafka, read by its own Java client. It keeps its data when it is killed. */
export async function castKafka(defer: Defer): Promise<Place> {
  const broker = await startKafka()
  defer(broker.stop)
  const process = await startPeer()
  defer(process.stop)
  const proxy = await claimPlace(broker.at.proxied)
  defer(proxy.close)
  const peer = connectPeer(process.port, broker.at.plaintext)
  for (const topic of Object.values(TOPICS)) await peer.createTopic(topic, { partitions: 3 })
  const brokers = [`127.0.0.1:${proxy.port}`]
  const common = { adapter: 'kafka', client: `\${env:${KAFKA_CLIENT}}`, brokers }
  const destinations = Object.entries(TOPICS).map(([name, topic]) => [name, { ...common, topic }])
  return {
    proxy,
    latency: LATENCY_MS,
    destinations: Object.fromEntries(destinations),
    env: {},
    async read(destination) {
      const records = await peer.read(TOPICS[destination] ?? '')
      return records.map(foundOf)
    },
    kill: () => broker.kill(),
    revive: broker.start,
    freeze: broker.freeze,
    thaw: broker.thaw
  }
}

function foundOf({ headers }: StoredRecord): Found {
  const attribute = (name: string) => headers.find(header => header.name === `ce_${name}`)?.value?.toString()
  return { id: attribute('id') ?? '', subject: attribute('subject'), fallbackFor: attribute('fallbackfor') }
}
