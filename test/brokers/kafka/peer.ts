/**
 * Kafka's own Java client in a process of its own, as a second opinion on what the bridge has published.
 *
 *     const peer = connectPeer(port, kafka.plaintext)
 *     await peer.createTopic('t', { partitions: 3 })
 *     const records = await peer.read('t')            // all of them, from the beginning to the end as of now
 *     await peer.partitions('t')                      // leader, replicas, ISR
 *     await peer.moveLeader('t', 0, 2)
 *
 * Each call is a connection of its own; nothing has to be closed.
 */
import { once } from 'node:events'
import { connect } from 'node:net'
import { createInterface } from 'node:readline'

export interface StoredRecord {
  readonly partition: number
  readonly offset: number
  /** Milliseconds since 1970. */
  readonly timestamp: number
  readonly key: Buffer | null
  readonly value: Buffer | null
  /** In their order; a name may come twice. */
  readonly headers: readonly { readonly name: string; readonly value: Buffer | null }[]
}

export interface Partition {
  readonly partition: number
  /** Node ids; no leader means that the partition is offline. */
  readonly leader: number | null
  readonly replicas: readonly number[]
  readonly isr: readonly number[]
}

/** What Kafka's client says has failed; `code` is the name of its exception, such as `TopicAuthorizationException`. */
export class PeerError extends Error {
  readonly code: string
  constructor(code: string, message: string) {
    super(`${code}: ${message}`)
    this.name = 'PeerError'
    this.code = code
  }
}

/** Every method fails with a PeerError, after 30 seconds at the latest. */
export interface Peer {
  /** One partition and one replica unless told. Resolves when each partition has a leader. */
  createTopic(topic: string, options?: { partitions?: number; replicas?: number; configs?: Configs }): Promise<void>
  deleteTopic(topic: string): Promise<void>
  /** Gives the topic this many partitions in all. */
  addPartitions(topic: string, total: number): Promise<void>
  setTopicConfig(topic: string, configs: Configs): Promise<void>
  /** Every record that was committed when the call began. */
  read(topic: string): Promise<StoredRecord[]>
  /** Stores one record, in the partition that the Java client's partitioner chooses for its key. */
  produce(topic: string, key: Bytes | null, value: Bytes | null): Promise<{ partition: number; offset: number }>
  partitions(topic: string): Promise<Partition[]>
  /** How many records the topic was ever given: its high watermarks together. */
  count(topic: string): Promise<number>
  /** Makes a node, which may be no replica yet, the leader of a partition. */
  moveLeader(topic: string, partition: number, to: number): Promise<void>
  /** Lets a principal, such as `User:mallory`, do something to the topic: `Write`, `Describe`. */
  allow(topic: string, principal: string, access: string): Promise<void>
}

type Configs = Readonly<Record<string, string>>
type Bytes = string | Uint8Array

/**
 * The peer that listens on a port, as a client of these brokers. `properties` are those of Kafka's Java client, such as
 * `security.protocol`.
 */
export function connectPeer(port: number, bootstrap: string, properties: Configs = {}): Peer {
  const call = (operation: string, topic: string, parameters: object = {}) =>
    exchange(port, { operation, bootstrap, properties, topic, ...parameters })
  const command = async (...parameters: Parameters<typeof call>) => {
    await call(...parameters)
  }
  return {
    createTopic: (topic, { partitions = 1, replicas = 1, configs = {} } = {}) =>
      command('createTopic', topic, { partitions, replicas, configs }),
    deleteTopic: topic => command('deleteTopic', topic),
    addPartitions: (topic, total) => command('addPartitions', topic, { partitions: total }),
    setTopicConfig: (topic, configs) => command('setTopicConfig', topic, { configs }),
    async read(topic) {
      const { records } = await call('read', topic)
      return records.map(({ headers, ...record }) => ({
        ...record,
        key: bytes(record.key),
        value: bytes(record.value),
        headers: headers.map(({ name, value }) => ({ name, value: bytes(value) }))
      }))
    },
    async produce(topic, key, value) {
      const { result } = await call('produce', topic, { key: base64(key), value: base64(value) })
      return result as { partition: number; offset: number }
    },
    partitions: async topic => (await call('partitions', topic)).result as Partition[],
    count: async topic => (await call('ends', topic)).result as number,
    moveLeader: (topic, partition, to) => command('moveLeader', topic, { partition, to }),
    allow: (topic, principal, access) => command('allow', topic, { principal, access })
  }
}

/** A record as it comes over the wire, with its bytes in Base64. */
type WireRecord = Omit<StoredRecord, 'key' | 'value' | 'headers'> & {
  readonly key: string | null
  readonly value: string | null
  readonly headers: readonly { readonly name: string; readonly value: string | null }[]
}

type Line =
  | { readonly record: WireRecord }
  | { readonly result: unknown }
  | { readonly error: { readonly code: string; readonly message: string } }

async function exchange(port: number, request: object): Promise<{ records: WireRecord[]; result: unknown }> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    socket.write(`${JSON.stringify(request)}\n`)
    const records: WireRecord[] = []
    for await (const text of createInterface({ input: socket })) {
      const line: Line = JSON.parse(text)
      if ('error' in line) throw new PeerError(line.error.code, line.error.message)
      if ('result' in line) return { records, result: line.result }
      records.push(line.record)
    }
    throw new Error('the peer went away')
  } finally {
    socket.destroy()
  }
}

function bytes(base64: string | null): Buffer | null {
  return base64 === null ? null : Buffer.from(base64, 'base64')
}

function base64(bytes: Bytes | null): string | null {
  return bytes === null ? null : Buffer.from(bytes).toString('base64')
}
