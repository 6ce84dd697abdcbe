import { crc32c, Writer } from '@platformatic/kafka'
import { type KafkaRecord, sizeOf } from '../record.ts'

// The library makes a buffer for each length and each text, and copies them three times. Here they are written where they
// belong: a batch is by far the most that there is to do for an event.

/** What a batch has before its records, in bytes. */
const HEAD = 61
/** Where, in a batch, what its length counts begins, and what its checksum covers. */
const AFTER_LENGTH = 12
const AFTER_CRC = 21

/** The most bytes that these records take in a batch. */
export function mostBytes(records: readonly KafkaRecord[]): number {
  return records.reduce((sum, record) => sum + sizeOf(record), HEAD)
}

/**
 * Writes the records as a batch of version 2, not compressed, without an idempotent producer.
 * @param now the time of each, in milliseconds since the epoch
 * @returns where the batch ends
 * @see https://kafka.apache.org/documentation/#recordbatch
 */
export function writeBatch(to: Buffer, start: number, records: readonly KafkaRecord[], now: bigint): number {
  let end = start + HEAD
  for (const [offset, record] of records.entries()) end = writeRecord(to, end, record, offset)
  // The first offset is the broker's to say, and so is the leader's epoch.
  to.fill(0, start, start + HEAD)
  to.writeInt32BE(end - start - AFTER_LENGTH, start + 8)
  to.writeInt8(2, start + 16)
  to.writeInt32BE(records.length - 1, start + 23)
  to.writeBigInt64BE(now, start + 27)
  to.writeBigInt64BE(now, start + 35)
  to.writeBigInt64BE(-1n, start + 43)
  to.writeInt32BE(records.length, start + 57)
  // Within the library's own buffer, of which it makes no copy.
  const covered = Writer.create().append(to.subarray(start + AFTER_CRC, end)).dynamicBuffer
  to.writeUInt32BE(crc32c(covered), start + 17)
  return end
}

/** @see https://kafka.apache.org/documentation/#record */
function writeRecord(to: Buffer, start: number, { key, headers, value }: KafkaRecord, offset: number): number {
  const names = Object.keys(headers)
  let size = 2 + sizeOfVarInt(offset) + sizeOfBytes(key?.length ?? -1) + sizeOfBytes(value.length)
  size += sizeOfVarInt(names.length)
  for (const name of names) size += sizeOfText(name) + sizeOfText(headers[name] ?? '')
  let at = writeVarInt(to, start, size)
  const end = at + size
  // No attributes, and no time after the first.
  to[at++] = 0
  to[at++] = 0
  at = writeVarInt(to, at, offset)
  at = key === undefined ? writeVarInt(to, at, -1) : writeBytes(to, at, key)
  at = writeBytes(to, at, value)
  at = writeVarInt(to, at, names.length)
  for (const name of names) at = writeText(to, writeText(to, at, name), headers[name] ?? '')
  if (at !== end) throw new RangeError('A record is larger than it was said to be. Report it as a fault of the bridge.')
  return at
}

function writeBytes(to: Buffer, at: number, bytes: Buffer): number {
  const start = writeVarInt(to, at, bytes.length)
  return start + bytes.copy(to, start)
}

function writeText(to: Buffer, at: number, text: string): number {
  const start = writeVarInt(to, at, Buffer.byteLength(text))
  return start + to.write(text, start)
}

/** Signed, in zigzag, seven bits in each byte. */
function writeVarInt(to: Buffer, start: number, value: number): number {
  let at = start
  let rest = ((value << 1) ^ (value >> 31)) >>> 0
  for (; rest > 0x7f; rest >>>= 7) to[at++] = (rest & 0x7f) | 0x80
  to[at++] = rest
  return at
}

function sizeOfVarInt(value: number): number {
  let size = 1
  for (let rest = ((value << 1) ^ (value >> 31)) >>> 0; rest > 0x7f; rest >>>= 7) size += 1
  return size
}

/** With its length; -1: there are none. */
function sizeOfBytes(length: number): number {
  return sizeOfVarInt(length) + Math.max(0, length)
}

function sizeOfText(text: string): number {
  return sizeOfBytes(Buffer.byteLength(text))
}
