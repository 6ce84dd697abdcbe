import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { murmur2, partitionOf } from '../../../adapters/kafka/partition.ts'

/** Kafka's own client, 4.4.0, wrote them: see PartitionVectors.java. */
const vectors = readFileSync(new URL('partition-vectors.csv', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map(line => {
    const [hex = '', hash, of7, of100] = line.split(',')
    return { key: Buffer.from(hex, 'hex'), hash: Number(hash), of7: Number(of7), of100: Number(of100) }
  })

/** Another implementation, over 64-bit integers. It has no types, since kafkajs does not export it. */
const kafkajsMurmur2: (key: Buffer) => number = createRequire(import.meta.url)(
  'kafkajs/src/producer/partitioners/default/murmur2.js'
)

describe('the vectors', () => {
  test('have every length up to 20, with bytes of either sign, and long keys', () => {
    const lengths = Map.groupBy(vectors, ({ key }) => key.length)
    for (let length = 1; length <= 20; length++) expect(lengths.get(length)?.length).toBeGreaterThanOrEqual(4)
    expect(lengths.has(0)).toBe(true)
    expect(Math.max(...lengths.keys())).toBeGreaterThan(4096)
    expect(vectors.some(({ hash }) => hash < 0)).toBe(true)
  })

  test.each(vectors)('%# are met, whatever the key', ({ key, hash, of7, of100 }) => {
    expect(murmur2(key)).toBe(hash)
    expect(partitionOf(key, 7)).toBe(of7)
    expect(partitionOf(key, 100)).toBe(of100)
  })

  test.each(vectors)('%# are met by kafkajs too, so that it may judge the rest', ({ key, hash }) => {
    expect(kafkajsMurmur2(key)).toBe(hash)
  })
})

describe('any key', () => {
  const bytes = fc.uint8Array({ maxLength: 64, size: 'max' })

  test('has the hash that kafkajs gives it', () => {
    fc.assert(
      fc.property(bytes, key => {
        expect(murmur2(key)).toBe(kafkajsMurmur2(Buffer.from(key)))
      }),
      { numRuns: 2000 }
    )
  })

  test('is hashed by its bytes alone, wherever they lie in memory', () => {
    fc.assert(
      fc.property(bytes, bytes, bytes, (before, key, after) => {
        const whole = Buffer.concat([before, key, after])
        expect(murmur2(whole.subarray(before.length, before.length + key.length))).toBe(murmur2(key))
      })
    )
  })

  test('has a partition that exists', () => {
    fc.assert(
      fc.property(bytes, fc.integer({ min: 1, max: 100_000 }), (key, partitions) => {
        const partition = partitionOf(key, partitions)
        expect(Number.isInteger(partition)).toBe(true)
        expect(partition).toBeGreaterThanOrEqual(0)
        expect(partition).toBeLessThan(partitions)
      })
    )
  })
})
