import kafka from '../../../adapters/kafka.ts'
import type { Adapter, CloudEvent, Log } from '../../../src/adapter.ts'
import type { Harness } from '../../../src/testing.ts'
import type { KafkaBroker } from '../../brokers/kafka/broker.ts'
import type { Peer, StoredRecord } from '../../brokers/kafka/peer.ts'
import { uniqueTopic } from '../../brokers/kafka/shared.ts'
import type { FaultProxy } from '../../brokers/proxy.ts'
import { parseStructured } from '../structured.ts'
import type { ClientName } from './clients.ts'

export type ContentMode = 'binary' | 'structured'

/** Opens the adapter as the bridge would, with options as they stand in a configuration. */
export async function connectKafka(options: Record<string, unknown>, log: Log): Promise<Adapter> {
  return kafka.connect(kafka.options.parse(options), { destination: 'test', directory: import.meta.dirname, log })
}

/**
 * The contract suite's view of a broker that may be hurt, through a fault proxy on one of its places: a topic of three
 * partitions for each harness, read by the Java client.
 */
export async function openKafkaHarness(
  { broker, proxy, peer }: { readonly broker: KafkaBroker; readonly proxy: FaultProxy; readonly peer: Peer },
  contentMode: ContentMode,
  client: ClientName
): Promise<Harness> {
  const topic = uniqueTopic()
  const options = { brokers: [`127.0.0.1:${proxy.port}`], topic, contentMode, client }
  const createTopic = () => peer.createTopic(topic, { partitions: 3 })
  await createTopic()
  let restore = async () => {}
  const breakBy = (fault: () => Promise<void>, undo: () => Promise<void>) => async () => {
    restore = undo
    await fault()
  }
  const password = 'a-wrong-password'
  return {
    connect: log => connectKafka(options, log),
    received: async () => (await peer.read(topic)).map(contentMode === 'binary' ? parseBinary : parseRecord),
    data: contentMode === 'binary' ? 'bytes' : 'json',
    break: {
      gone: breakBy(broker.kill, broker.start),
      hung: breakBy(proxy.hold, proxy.pass),
      // One node has no too few replicas: Kafka asks for no more than the topic has.
      refusing: breakBy(() => peer.deleteTopic(topic), createTopic)
    },
    restore: () => restore(),
    missing: { connect: log => connectKafka({ ...options, topic: `${topic}-2` }, log), names: `${topic}-2` },
    refused: {
      connect: log =>
        connectKafka(
          { ...options, brokers: [broker.at.sasl], sasl: { mechanism: 'plain', username: 'alice', password } },
          log
        ),
      names: 'sasl'
    },
    oversize: 1_100_000,
    secrets: [password],
    close: () => peer.deleteTopic(topic)
  }
}

/** A record in binary content mode; header names and values as the binding has them. */
export function parseBinary({ headers, value }: StoredRecord): CloudEvent {
  const attributes = headers.filter(isBinding).map(({ name, value }) => {
    const attribute = name === 'content-type' ? 'datacontenttype' : /^ce_(.+)$/.exec(name)?.[1]
    if (attribute === undefined) throw new TypeError(`a header that the binding does not have: ${name}`)
    return [attribute, value?.toString()]
  })
  return { ...Object.fromEntries(attributes), data: value ?? Buffer.of() }
}

function parseRecord({ headers, value }: StoredRecord): CloudEvent {
  const types = headers.filter(isBinding).map(({ name, value }) => `${name}: ${value}`)
  if (types.join() !== 'content-type: application/cloudevents+json; charset=UTF-8') throw new TypeError(types.join())
  return parseStructured(String(value))
}

/** Whether a header is the binding's, and not for traces. */
function isBinding({ name }: { readonly name: string }): boolean {
  return name !== 'traceparent' && name !== 'tracestate'
}
