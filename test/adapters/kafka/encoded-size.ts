import { createRequire } from 'node:module'
import type { KafkaRecord } from '../../../adapters/kafka/record.ts'

/** What kafkajs writes by. It has no types, since kafkajs does not export it. */
interface Encoded {
  size(): number
}
const require = createRequire(import.meta.url)
const encodeRecord: (record: object) => Encoded = require('kafkajs/src/protocol/recordBatch/record/v0')
const { RecordBatch }: { RecordBatch(batch: object): Promise<Encoded> } = require('kafkajs/src/protocol/recordBatch/v0')

/** The bytes of one record in a batch, as kafkajs encodes it, without compression. */
export function encodedSize({ key, headers, value }: KafkaRecord, offsetDelta = 0, timestampDelta = 0): number {
  return encode({ key, headers, value }, offsetDelta, timestampDelta).size()
}

/** The bytes of a batch of these records, as kafkajs encodes it: what the topic's max.message.bytes is compared with. */
export async function encodedBatchSize(records: readonly KafkaRecord[]): Promise<number> {
  const batch = { records: records.map((record, offset) => encode(record, offset, 0)) }
  return (await RecordBatch(batch)).size()
}

function encode({ key, headers, value }: KafkaRecord, offsetDelta: number, timestampDelta: number): Encoded {
  return encodeRecord({ key: key ?? null, headers, value, offsetDelta, timestampDelta })
}
