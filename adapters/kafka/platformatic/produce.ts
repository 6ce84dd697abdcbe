import { type Connection, type MessageRecord, produceV7, Writer } from '@platformatic/kafka'
import type { KafkaRecord } from '../record.ts'
import { answered, answerOf } from './cause.ts'
import { mostBytes, writeBatch } from './record-batch.ts'

export type ProduceAnswer = Pick<produceV7.ProduceResponse, 'responses'>

/** By all in-sync replicas. */
const ACKS = -1
/** As Kafka's own clients: how long a leader waits for its in-sync replicas. Nobody waits as long. */
const ACKS_TIMEOUT_MS = 30_000

/** Writes the records to the partitions that they are for, in one request, by Kafka's Produce in version 7. */
export async function produce(
  client: Connection,
  topic: string,
  records: ReadonlyMap<number, readonly KafkaRecord[]>,
  compression: 'none' | 'gzip'
): Promise<ProduceAnswer> {
  const request = compression === 'none' ? sendAsIs : sendCompressed
  const answer = await request(client, topic, records).catch(answerOf<ProduceAnswer>)
  // Of requests that nobody answers, which this is not.
  return typeof answer === 'boolean' ? { responses: [] } : answer
}

type Send = (
  client: Connection,
  topic: string,
  records: ReadonlyMap<number, readonly KafkaRecord[]>
) => Promise<ProduceAnswer | boolean>

const sendCompressed: Send = (client, topic, records) => {
  const messages = [...records].flatMap(([partition, list]) => list.map(record => toMessage(record, topic, partition)))
  return produceV7.api.async(client, ACKS, ACKS_TIMEOUT_MS, messages, { compression: 'gzip' })
}

const sendAsIs: Send = (client, topic, records) =>
  new Promise((resolve, reject) => {
    client.send<ProduceAnswer>(
      produceV7.api.key,
      produceV7.api.version,
      () => requestOf(topic, records),
      produceV7.parseResponse,
      false,
      false,
      (error, answer) => (error ? reject(error) : resolve(answer ?? false))
    )
  })

/** @see https://kafka.apache.org/protocol#The_Messages_Produce */
export function requestOf(
  topic: string,
  records: ReadonlyMap<number, readonly KafkaRecord[]>,
  now = Date.now()
): Writer {
  const sizes = [...records.values()].map(list => 8 + mostBytes(list))
  const partitions = Buffer.allocUnsafe(sizes.reduce((sum, size) => sum + size, 0))
  let at = 0
  for (const [partition, list] of records) {
    partitions.writeInt32BE(partition, at)
    const end = writeBatch(partitions, at + 8, list, BigInt(now))
    partitions.writeInt32BE(end - at - 8, at + 4)
    at = end
  }
  return Writer.create()
    .appendString(null, false)
    .appendInt16(ACKS)
    .appendInt32(ACKS_TIMEOUT_MS)
    .appendInt32(1)
    .appendString(topic, false)
    .appendInt32(records.size)
    .append(partitions.subarray(0, at))
}

/**
 * The first offset of each partition that the answer names as written.
 * @throws what Kafka says of a partition that is not
 */
export function acceptedBy({ responses }: ProduceAnswer, topic: string): Map<number, bigint> {
  const partitions = responses.filter(({ name }) => name === topic).flatMap(response => response.partitionResponses)
  const refused = partitions.find(({ errorCode }) => errorCode !== 0)
  if (refused) throw answered(refused.errorCode)
  return new Map(partitions.map(({ index, baseOffset }) => [index, baseOffset]))
}

function toMessage({ key, headers, value }: KafkaRecord, topic: string, partition: number): MessageRecord {
  const entries = Object.entries(headers).map(([name, text]): [Buffer, Buffer] => [nameOf(name), Buffer.from(text)])
  return { topic, partition, ...(key && { key }), headers: new Map(entries), value }
}

/** Attributes have the same few names in all events. */
const names = new Map<string, Buffer>()

function nameOf(name: string): Buffer {
  const known = names.get(name) ?? Buffer.from(name)
  names.set(name, known)
  return known
}
