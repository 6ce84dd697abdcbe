import { describe, expect, test, vi } from 'vitest'
import type { KafkaRecord } from '../../../adapters/kafka/record.ts'
import { EventError, UnavailableError } from '../../../src/errors.ts'
import type { Publication } from '../lane/publication.ts'
import { encodedBatchSize } from './encoded-size.ts'
import { answer } from './kafkajs-errors.ts'
import { openTestLane } from './lane-harness.ts'
import type { Request } from './scripted-client.ts'

/** Kafka's own for max.message.bytes: 1 MiB, and the 12 bytes before a batch. */
const DEFAULT_MAX = 1024 * 1024 + 12

const bytesOf = (records: readonly KafkaRecord[]) => records.reduce((sum, { value }) => sum + value.length, 0)

/** Lets the turns of promises go by. No time is needed here. */
const turn = () => new Promise(resolve => setImmediate(resolve))

/** Answers as a topic that takes batches of so many bytes of values, until there is nothing to answer. */
async function serve(open: () => Request | undefined, max: number): Promise<void> {
  for (let request = open(); request !== undefined; request = open()) {
    if ([...request.records.values()].every(records => bytesOf(records) <= max)) request.accept()
    else request.fail(answer('MESSAGE_TOO_LARGE'))
    await turn()
  }
}

describe('a record that is larger than the topic takes', () => {
  test('is refused for good', async () => {
    const { publish, client } = openTestLane()
    const publication = publish('large')
    client.requests[0]?.fail(answer('MESSAGE_TOO_LARGE'))
    await turn()
    expect(publication.error).toBeInstanceOf(EventError)
    expect(publication.error?.message).toMatch(/"jobs".*max\.message\.bytes/)
    expect(client.requests).toHaveLength(1)
  })

  test.each([
    ['the same partition', 0],
    ['another partition', 1]
  ])('leaves its neighbours in %s alone', async (_where, partition) => {
    const { publish, client } = openTestLane()
    publish('first')
    const before = [publish('1'), publish('2', partition)]
    const large = publish('x'.repeat(5000), partition)
    const after = [publish('3', partition), publish('4')]
    await serve(() => client.open[0], 1000)
    expect(large.error).toBeInstanceOf(EventError)
    expect([...before, ...after].map(({ state }) => state)).toEqual(Array(4).fill('accepted'))
    const written = client.logs.get(0)?.map(({ value }) => String(value)) ?? []
    expect(written).toEqual(partition === 0 ? ['first', '1', '2', '3', '4'] : ['first', '1', '4'])
  })

  test('and than any batch travels alone from the start', async () => {
    const { publish, client } = openTestLane()
    publish('first')
    const small = [publish('1'), publish('2', 1)]
    const large = publish('x'.repeat(DEFAULT_MAX), 1)
    small.push(publish('3', 2))
    await serve(() => client.open[0], DEFAULT_MAX - 100)
    expect(large.error).toBeInstanceOf(EventError)
    expect(client.requests.filter(({ values }) => JSON.stringify(values).includes('xxx'))).toHaveLength(1)
    expect(small.map(({ state }) => state)).toEqual(Array(3).fill('accepted'))
  })
})

describe('a batch', () => {
  test("is as large as a topic takes unless configured, by kafkajs's own encoding, and hardly smaller", async () => {
    const { publish, client } = openTestLane()
    const publications = Array.from({ length: 301 }, (_, index) => publish('x'.repeat(9000 + index), index % 2))
    const batches: number[] = []
    while (client.open[0] !== undefined) {
      for (const records of client.open[0].records.values()) batches.push(await encodedBatchSize(records))
      client.open[0].accept()
      await turn()
    }
    expect(publications.every(({ state }) => state === 'accepted')).toBe(true)
    expect(Math.max(...batches)).toBeLessThanOrEqual(DEFAULT_MAX)
    expect(Math.max(...batches)).toBeGreaterThan(DEFAULT_MAX - 12_000)
  })

  test('that the topic does not take is split, and the next ones are smaller from the start', async () => {
    const { publish, client } = openTestLane()
    const round = () => Array.from({ length: 100 }, (_, index) => publish('x'.repeat(1000), index % 2))
    const refusals = vi.fn()
    const watched = () => {
      const [request] = client.open
      if (request && [...request.records.values()].some(records => bytesOf(records) > 15_000)) refusals()
      return request
    }
    const publications: Publication[] = round()
    await serve(watched, 15_000)
    expect(refusals).toHaveBeenCalled()
    refusals.mockClear()
    publications.push(...round())
    await serve(watched, 15_000)
    expect(refusals).not.toHaveBeenCalled()
    expect(publications.every(({ state }) => state === 'accepted')).toBe(true)
    expect(client.logs.get(0)).toHaveLength(100)
    expect(client.logs.get(1)).toHaveLength(100)
  })

  test('with a record that breaks a rule leaves its neighbours alone', async () => {
    const { publish, client } = openTestLane()
    publish('first')
    const publications = ['1', 'bad', '2'].map(text => publish(text, 1))
    for (let [request] = client.open; request !== undefined; [request] = client.open) {
      if (JSON.stringify(request.values).includes('bad')) request.fail(answer('INVALID_RECORD'))
      else request.accept()
      await turn()
    }
    expect(publications.map(({ state }) => state)).toEqual(['accepted', 'refused', 'accepted'])
    expect(publications[1]?.error).toBeInstanceOf(UnavailableError)
  })

  test('that is split keeps its order', async () => {
    const { publish, client } = openTestLane()
    const texts = Array.from({ length: 60 }, (_, index) => `${index}`.padStart(100))
    for (const text of texts) publish(text)
    await serve(() => client.open[0], 700)
    expect(client.logs.get(0)?.map(({ value }) => String(value))).toEqual(texts)
  })
})
