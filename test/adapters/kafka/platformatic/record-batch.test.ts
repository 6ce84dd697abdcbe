import { createRecordsBatch, type MessageRecord } from '@platformatic/kafka'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mostBytes, writeBatch } from '../../../../adapters/kafka/platformatic/record-batch.ts'
import type { KafkaRecord } from '../../../../adapters/kafka/record.ts'

const now = 1769083200123n

function written(records: readonly KafkaRecord[], before = 0): Buffer {
  const buffer = Buffer.alloc(before + mostBytes(records), 0xff)
  return buffer.subarray(before, writeBatch(buffer, before, records, now))
}

/** As the library would have it. */
function byTheLibrary(records: readonly KafkaRecord[]): Buffer {
  const messages = records.map(({ key, headers, value }): MessageRecord => {
    const entries = Object.entries(headers).map(([name, text]): [Buffer, Buffer] => [
      Buffer.from(name),
      Buffer.from(text)
    ])
    return { topic: '', timestamp: now, ...(key && { key }), headers: new Map(entries), value }
  })
  return createRecordsBatch(messages).buffer
}

const bytes = (maxLength: number) => fc.uint8Array({ maxLength }).map(array => Buffer.from(array))
const record: fc.Arbitrary<KafkaRecord> = fc.record({
  key: fc.option(bytes(200), { nil: undefined }),
  headers: fc.dictionary(fc.stringMatching(/^[a-z_-]{1,30}$/), fc.string({ unit: 'grapheme', maxLength: 200 })),
  value: bytes(20_000)
})

test('a batch is, byte for byte, the one that the library writes, wherever it stands', () => {
  fc.assert(
    fc.property(fc.array(record, { minLength: 1, maxLength: 200 }), fc.nat(100), (records, before) => {
      expect(written(records, before).equals(byTheLibrary(records))).toBe(true)
    }),
    { numRuns: 200 }
  )
})

test.each([
  ['where a length takes a byte more', [63, 64, 8191, 8192, 1_048_575]],
  ['with many records', Array.from({ length: 500 }, (_, size) => size)]
])('so it is %s', (_where, sizes) => {
  const records = sizes.map(size => ({ key: Buffer.alloc(size), headers: {}, value: Buffer.alloc(size, size) }))
  expect(written(records).equals(byTheLibrary(records))).toBe(true)
})

test('a record that does not fit is none', () => {
  const [small, large] = ['x', 'x'.repeat(100)].map(text => ({ key: undefined, headers: {}, value: Buffer.from(text) }))
  if (small === undefined || large === undefined) throw new Error('there are two')
  expect(() => writeBatch(Buffer.alloc(mostBytes([small])), 0, [large], now)).toThrow(RangeError)
})
