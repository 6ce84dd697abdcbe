import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type BatchLimits, takeBatch as take } from '../../../adapters/lane/batch.ts'
import { startWaiting, type Waiting } from '../../../adapters/lane/waiting.ts'

interface Sized {
  readonly bytes: number
  readonly group: number
}

const MAX_RECORDS = 500
const limits: Omit<BatchLimits<Sized>, 'bytes'> = { items: MAX_RECORDS, group: ({ group }) => group }
const takeBatch = (queue: readonly Waiting<Sized>[], bytes: number) => take(queue, { ...limits, bytes })

const waitingFor = (bytes: number, group = 0): Waiting<Sized> => {
  const broker = { name: 'Test', sizeOf: ({ bytes }: Sized) => bytes }
  return startWaiting({ bytes, group }, broker, new AbortController().signal).waiting
}

const sizes = (list: readonly Waiting<Sized>[]) => list.map(({ item: { group, bytes } }) => [group, bytes])

describe('a batch', () => {
  test('is all there is, in its order', () => {
    const queue = [waitingFor(1), waitingFor(2, 5), waitingFor(3), waitingFor(4, 1)]
    expect(takeBatch(queue, 100)).toEqual({ batch: queue, rest: [] })
    expect(takeBatch([], 100)).toEqual({ batch: [], rest: [] })
  })

  test('has so many bytes for each group, and not one more', () => {
    const queue = [waitingFor(60), waitingFor(60, 1), waitingFor(40), waitingFor(41, 1)]
    const { batch, rest } = takeBatch(queue, 100)
    expect(batch).toEqual(queue.slice(0, 3))
    expect(rest).toEqual(queue.slice(3))
  })

  test('lets nothing overtake within a group, and lets another group pass', () => {
    const { batch, rest } = takeBatch([waitingFor(60), waitingFor(50), waitingFor(1), waitingFor(2, 1)], 100)
    expect(sizes(batch)).toEqual([
      [0, 60],
      [1, 2]
    ])
    expect(sizes(rest)).toEqual([
      [0, 50],
      [0, 1]
    ])
  })

  test(`has ${MAX_RECORDS} records at most`, () => {
    const queue = Array.from({ length: MAX_RECORDS + 2 }, (_, index) => waitingFor(1, index % 3))
    const { batch, rest } = takeBatch(queue, 10_000)
    expect(batch).toEqual(queue.slice(0, MAX_RECORDS))
    expect(rest).toEqual(queue.slice(MAX_RECORDS))
  })

  test.each([
    ['before the others', [101, 1, 1]],
    ['after the others', [1, 1, 101]],
    ['between the others', [1, 101, 1]]
  ])('has an item that is too large for one, %s, alone', (_where, bytes) => {
    let queue: Waiting<Sized>[] = bytes.map((size, group) => waitingFor(size, group))
    const batches: number[][] = []
    while (queue.length > 0) {
      const { batch, rest } = takeBatch(queue, 100)
      batches.push(batch.map(({ bytes }) => bytes))
      queue = rest
    }
    expect(batches.find(batch => batch.includes(101))).toEqual([101])
    expect(batches.flat().toSorted()).toEqual(bytes.toSorted())
  })

  test.each([
    ['alone', [9, 1, 1, 9], [1, 1, 1, 1]],
    ['in twos', [2, 2, 2, 2], [2, 2]],
    ['with few, before others', [2, 2, 9, 9, 9], [2, 3]],
    ['with few, after others', [9, 9, 9, 2, 2], [3, 2]],
    ['with more than there are before it', [9, 3, 9, 9], [3, 1]],
    ['with fewer than another', [3, 2, 3, 3], [2, 2]]
  ])('has no more than any of its items may travel with: %s', (_how, companies, counts) => {
    let queue: Waiting<Sized>[] = companies.map(company => Object.assign(waitingFor(1), { company }))
    const all = queue
    const batches: Waiting<Sized>[][] = []
    while (queue.length > 0) {
      const { batch, rest } = takeBatch(queue, 100)
      batches.push(batch)
      queue = rest
    }
    expect(batches.map(({ length }) => length)).toEqual(counts)
    expect(batches.flat()).toEqual(all)
  })

  test('has another group, too, when an item of the first is to travel with fewer', () => {
    const queue = [waitingFor(1), Object.assign(waitingFor(2), { company: 1 }), waitingFor(3), waitingFor(4, 1)]
    expect(takeBatch(queue, 100)).toEqual({ batch: [queue[0], queue[3]], rest: [queue[1], queue[2]] })
  })

  test('has nobody who has given up, nor has what waits', () => {
    const queue = [waitingFor(60), waitingFor(60), waitingFor(60, 1), waitingFor(60)]
    for (const index of [0, 2]) queue[index]?.accept('')
    const { batch, rest } = takeBatch(queue, 100)
    expect(batch).toEqual([queue[1]])
    expect(rest).toEqual([queue[3]])
  })
})

describe('a batch of an order', () => {
  const order = ({ group }: Sized) => (group === 0 ? undefined : `${group}`)
  const takeOrdered = (queue: readonly Waiting<Sized>[], inFlight: readonly string[] = []) => {
    const { batch, rest } = take(queue, { items: MAX_RECORDS, bytes: 100, order }, new Set(inFlight))
    return [sizes(batch), sizes(rest)]
  }
  const queue = (...groups: readonly number[]) => groups.map((group, index) => waitingFor(index + 1, group))

  test('has no other, nor what has none', () => {
    expect(takeOrdered(queue(1, 2, 0, 1))).toEqual([
      [
        [1, 1],
        [1, 4]
      ],
      [
        [2, 2],
        [0, 3]
      ]
    ])
    expect(takeOrdered(queue(0, 2, 0, 1))[0]).toEqual([
      [0, 1],
      [0, 3]
    ])
  })

  test('has nothing of it overtaken by a smaller one', () => {
    const queue = [waitingFor(60, 1), waitingFor(50, 1), waitingFor(1, 1)]
    expect(takeOrdered(queue)).toEqual([
      [[1, 60]],
      [
        [1, 50],
        [1, 1]
      ]
    ])
  })

  test('has nothing of an order that is in flight', () => {
    expect(takeOrdered(queue(1, 2, 1, 2), ['1'])).toEqual([
      [
        [2, 2],
        [2, 4]
      ],
      [
        [1, 1],
        [1, 3]
      ]
    ])
    expect(takeOrdered(queue(1, 2), ['1', '2'])[0]).toEqual([])
    expect(takeOrdered(queue(1, 0), ['1', '2'])[0]).toEqual([[0, 2]])
  })
})

test('whatever waits, all of it leaves once, in order, within the limits', () => {
  const company = fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.integer({ min: 1, max: 8 }))
  const bytes = fc.integer({ min: 1, max: 130 })
  const item = fc.record({ group: fc.nat(3), bytes, company, settled: fc.boolean() })
  fc.assert(
    fc.property(fc.array(item, { maxLength: 60 }), items => {
      const all = items.map(({ group, bytes, company, settled }) => {
        const waiting = Object.assign(waitingFor(bytes, group), { company })
        if (settled) waiting.accept('')
        return waiting
      })
      const sent: Waiting<Sized>[] = []
      for (let queue: readonly Waiting<Sized>[] = all; queue.length > 0; ) {
        const { batch, rest } = takeBatch(queue, 100)
        expect(batch.length + rest.length).toBe(queue.filter(({ settled }) => !settled).length)
        for (const list of Map.groupBy(batch, ({ item }) => item.group).values()) {
          const sum = list.reduce((sum, { bytes }) => sum + bytes, 0)
          expect(sum <= 100 || batch.length === 1).toBe(true)
        }
        expect(batch.every(({ company }) => batch.length <= company)).toBe(true)
        sent.push(...batch)
        expect(batch.length > 0 || rest.length === 0).toBe(true)
        queue = rest
      }
      for (const group of [0, 1, 2, 3]) {
        const expected = all.filter(waiting => !waiting.settled && waiting.item.group === group)
        const list = sent.filter(waiting => waiting.item.group === group)
        expect(list.every((waiting, index) => waiting === expected[index])).toBe(true)
        expect(list).toHaveLength(expected.length)
      }
    }),
    { numRuns: 300 }
  )
})
