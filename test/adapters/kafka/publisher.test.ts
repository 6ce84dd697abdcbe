import { describe, expect, test, vi } from 'vitest'
import { partitionOf } from '../../../adapters/kafka/partition.ts'
import { openPublisher } from '../../../adapters/kafka/publisher.ts'
import { UnavailableError } from '../../../src/errors.ts'
import { answer, socket } from './kafkajs-errors.ts'
import { holdTime, turn } from './lane-harness.ts'
import { openTestPublisher } from './publisher-harness.ts'
import { scriptedClient } from './scripted-client.ts'

/** After the shortest pause there was another attempt. */
const RETRIED_MS = 50

vi.mock('node:timers/promises', () => import('../lane/timers-promises.ts'))
holdTime()

describe('opening', () => {
  test('asks who leads, once', async () => {
    const { client } = await openTestPublisher([1, 2])
    expect(client.leaders).toHaveBeenCalledOnce()
    expect(client.requests).toHaveLength(0)
  })

  test("fails with the client's own error", async () => {
    const client = scriptedClient([])
    const error = answer('UNKNOWN_TOPIC_OR_PARTITION')
    client.leaders.mockRejectedValue(error)
    await expect(openPublisher(client, 'jobs')).rejects.toBe(error)
  })
})

describe('the partition', () => {
  test.each(['batches/1', 'batches/2', 'x', '', '漢字'])('of the key %j is that of its hash', async key => {
    const { publish, client } = await openTestPublisher([1, 2, 3, 4, 5])
    const expected = partitionOf(Buffer.from(key), 5)
    for (const text of ['a', 'b']) {
      publish(text, key)
      expect(client.open.map(({ leader, values }) => [leader, values])).toEqual([
        [expected + 1, { [expected]: [text] }]
      ])
      client.open[0]?.accept()
      await turn()
    }
  })

  test('without a key is the next one in turn, and stays so in another attempt', async () => {
    const { publish, client } = await openTestPublisher([7, 7, 7])
    for (const text of ['a', 'b', 'c', 'd', 'e']) publish(text)
    client.open[0]?.fail(socket('ECONNRESET'))
    await vi.advanceTimersByTimeAsync(RETRIED_MS)
    expect(client.open[0]?.values).toEqual({ 0: ['a', 'd'], 1: ['b', 'e'], 2: ['c'] })
    client.open[0]?.accept()
    await turn()
  })
})

describe('each leader', () => {
  test('has one request of its own in flight, for all its partitions', async () => {
    const { publish, client } = await openTestPublisher([1, 2, 1])
    const publications = ['a', 'b', 'c', 'd', 'e', 'f'].map(text => publish(text))
    expect(client.open.map(({ leader, values }) => [leader, values])).toEqual([
      [1, { 0: ['a'] }],
      [2, { 1: ['b'] }]
    ])
    client.requests[0]?.accept()
    await turn()
    expect(client.requests[2]).toMatchObject({ leader: 1, values: { 0: ['d'], 2: ['c', 'f'] } })
    client.requests[2]?.accept()
    await turn()
    expect(publications.map(({ id }) => id)).toEqual([
      'jobs-0@0',
      undefined,
      'jobs-2@0',
      'jobs-0@1',
      undefined,
      'jobs-2@1'
    ])
    for (const request of [1, 3]) {
      client.requests[request]?.accept()
      await turn()
    }
    expect(publications.map(({ id }) => id).slice(4)).toEqual(['jobs-1@1', 'jobs-2@1'])
  })

  test('is in trouble alone', async () => {
    const { publish, client, publisher } = await openTestPublisher([1, 2])
    const [first, other] = [publish('a'), publish('b')]
    client.requests[0]?.fail(socket('ECONNREFUSED'))
    await turn()
    first.expire()
    client.requests[1]?.accept()
    await turn()
    expect([first.state, other.state]).toEqual(['refused', 'accepted'])
    const [refused, accepted] = [publish('c'), publish('d')]
    client.open[0]?.accept()
    await turn()
    expect([refused.state, accepted.id]).toEqual(['refused', 'jobs-1@1'])
    await publisher.close()
  })
})

describe('the deadline', () => {
  test('that has passed keeps the record from Kafka', async () => {
    const { publisher, client } = await openTestPublisher([1])
    const publishing = publisher.publish({ key: undefined, headers: {}, value: Buffer.of() }, AbortSignal.abort())
    await expect(publishing).rejects.toThrow(UnavailableError)
    await expect(publishing).rejects.toThrow(/deadline had passed before/)
    expect(client.requests).toHaveLength(0)
  })
})

describe('closing', () => {
  test('refuses what is under way with any leader, closes the client, and leaves nothing', async () => {
    const { publish, client, publisher } = await openTestPublisher([1, 2, 3, -1])
    const publications = Array.from({ length: 12 }, (_, index) => publish(`${index}`))
    client.requests[1]?.fail(socket('ECONNRESET'))
    client.requests[2]?.accept()
    await turn()
    await publisher.close()
    await turn()
    expect(client.close).toHaveBeenCalledOnce()
    for (const [index, { state, error }] of publications.entries()) {
      expect(state).toBe(index === 2 ? 'accepted' : 'refused')
      if (error) expect(error.message).toMatch(/being closed/)
    }
    expect(client.open).toEqual([])
    const requests = client.requests.length
    await vi.advanceTimersByTimeAsync(10_000)
    expect(client.requests).toHaveLength(requests)
  })

  test('ends a question about the leaders', async () => {
    const { publish, client, publisher } = await openTestPublisher([1])
    client.leaders.mockImplementation(signal => new Promise((_, reject) => signal.addEventListener('abort', reject)))
    const publication = publish('a')
    client.open[0]?.fail(answer('NOT_LEADER_FOR_PARTITION'))
    await vi.advanceTimersByTimeAsync(RETRIED_MS)
    expect(client.leaders).toHaveBeenCalledTimes(2)
    await publisher.close()
    await turn()
    expect(client.leaders.mock.lastCall?.[0].aborted).toBe(true)
    expect(publication.error?.message).toMatch(/being closed/)
    expect(client.requests).toHaveLength(1)
  })

  test("passes on the client's own trouble with it", async () => {
    const { client, publisher } = await openTestPublisher([1])
    const error = new Error('boom')
    client.close.mockRejectedValue(error)
    await expect(publisher.close()).rejects.toBe(error)
  })
})
