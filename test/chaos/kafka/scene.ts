import { CLIENTS, type ClientName } from '../../adapters/kafka/clients.ts'
import type { Peer, StoredRecord } from '../../brokers/kafka/peer.ts'
import { uniqueTopic } from '../../brokers/kafka/shared.ts'
import { full, openScene, type Scene } from '../scene.ts'

/** By which clients every run has time for what takes long: the contract and a leader's move are tested by each. */
export const OFTEN: readonly ClientName[] = full ? CLIENTS : ['kafkajs']

/** A scene with a topic of its own, which the test has to make. `brokers` are the bridge's, and not the peer's, way. */
export function openKafkaScene(peer: Peer, brokers: string, client: ClientName): Scene & { readonly topic: string } {
  const topic = uniqueTopic()
  const env = { BRIDGE_ADAPTER: 'kafka', KAFKA_CLIENT: client, KAFKA_BROKERS: brokers, KAFKA_TOPIC: topic }
  return { topic, ...openScene({ env, arrived: () => arrivedIds(peer, topic) }) }
}

/** The ids of all events that Kafka's own client reads now, each as often as it is there. */
export async function arrivedIds(peer: Peer, topic: string): Promise<string[]> {
  return (await peer.read(topic)).map(idOf)
}

/** The CloudEvents id of a record. */
export function idOf({ headers, partition, offset }: StoredRecord): string {
  const id = headers.find(({ name }) => name === 'ce_id')?.value
  if (!id) throw new Error(`the record at ${partition}@${offset} has no ce_id`)
  return id.toString()
}
