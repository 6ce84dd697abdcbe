import { type Connection, type MessageRecord, produceV7 } from '@platformatic/kafka'
import type { KafkaRecord } from '../record.ts'
import { answered, answerOf } from './cause.ts'

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
  const messages = [...records].flatMap(([partition, list]) => list.map(record => toMessage(record, topic, partition)))
  const answer = await produceV7.api
    .async(client, ACKS, ACKS_TIMEOUT_MS, messages, { compression })
    .catch(answerOf<ProduceAnswer>)
  // Of requests that nobody answers, which this is not.
  return typeof answer === 'boolean' ? { responses: [] } : answer
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
