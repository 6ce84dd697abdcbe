import { describe, expect, test, vi } from 'vitest'
import { answer, socket } from './kafkajs-errors.ts'
import { holdTime, turn } from './lane-harness.ts'
import { openTestPublisher } from './publisher-harness.ts'

/** What is known of the topic is not older, under traffic. */
const MAX_AGE_MS = 5000
/** A request without an answer for so long may mean a broker in trouble. */
const SLOW_MS = 1000
/** After the shortest pause there was another attempt. */
const RETRIED_MS = 50

vi.mock('node:timers/promises', () => import('../lane/timers-promises.ts'))
holdTime()

describe('a leader that has moved', () => {
  test('takes its records with it, whatever waits included; the other partitions stay', async () => {
    const { publish, client } = await openTestPublisher([1, 1])
    const publications = ['a', 'b', 'c', 'd'].map(text => publish(text))
    client.leaders.mockResolvedValue([2, 1])
    client.open[0]?.fail(answer('NOT_LEADER_FOR_PARTITION'))
    await vi.advanceTimersByTimeAsync(RETRIED_MS)
    for (let round = 0; round < 3; round++) {
      for (const request of client.open) request.accept()
      await turn()
    }
    const sent = client.requests.slice(1).map(({ leader, values }) => [leader, Object.keys(values).join()])
    expect(new Set(sent.map(String))).toEqual(new Set(['2,0', '1,1']))
    expect(publications.map(({ id }) => id)).toEqual(['jobs-0@0', 'jobs-1@0', 'jobs-0@1', 'jobs-1@1'])
    publish('e')
    expect(client.open[0]?.leader).toBe(2)
    client.open[0]?.accept()
    await turn()
  })

  test('is noticed while a request hangs: what waits behind it goes to the new one', async () => {
    const { publish, client } = await openTestPublisher([1])
    const [hangs, waits] = [publish('a'), publish('b')]
    client.leaders.mockResolvedValue([2])
    await vi.advanceTimersByTimeAsync(SLOW_MS)
    expect(client.open.map(({ leader, values }) => [leader, values])).toEqual([
      [1, { 0: ['a'] }],
      [2, { 0: ['b'] }]
    ])
    for (const request of client.open) request.accept()
    await turn()
    expect([hangs.state, waits.state]).toEqual(['accepted', 'accepted'])
  })

  test('is noticed when the answer leaves the partition out', async () => {
    const { publish, client } = await openTestPublisher([1, 1])
    publish('a')
    const [b, c] = [publish('b'), publish('c')]
    client.open[0]?.accept()
    await turn()
    client.leaders.mockResolvedValue([1, 2])
    client.open[0]?.accept([0])
    await vi.advanceTimersByTimeAsync(RETRIED_MS)
    expect(client.open.map(({ leader, values }) => [leader, values])).toEqual([[2, { 1: ['b'] }]])
    expect([b.state, c.state]).toEqual(['waiting', 'accepted'])
    client.open[0]?.accept()
    await turn()
    expect(b.id).toBe('jobs-1@0')
  })

  test('may be nobody for a while', async () => {
    const { publish, client } = await openTestPublisher([-1])
    const publication = publish('a')
    for (let attempt = 0; attempt < 3; attempt++) {
      expect(client.open.map(({ leader }) => leader)).toEqual([-1])
      client.open[0]?.fail(answer('LEADER_NOT_AVAILABLE'))
      await vi.advanceTimersByTimeAsync(RETRIED_MS << attempt)
    }
    client.leaders.mockResolvedValue([3])
    client.open[0]?.fail(answer('LEADER_NOT_AVAILABLE'))
    await vi.advanceTimersByTimeAsync(RETRIED_MS << 3)
    expect(client.open.map(({ leader }) => leader)).toEqual([3])
    client.open[0]?.accept()
    await turn()
    expect(publication.id).toBe('jobs-0@0')
  })

  test('is asked for once for several leaders in trouble', async () => {
    const { publish, client } = await openTestPublisher([1, 2])
    const question = Promise.withResolvers<number[]>()
    client.leaders.mockReturnValue(question.promise)
    for (const text of ['a', 'b']) publish(text)
    for (const request of client.open) request.fail(socket('ECONNRESET'))
    await vi.advanceTimersByTimeAsync(RETRIED_MS)
    expect(client.leaders).toHaveBeenCalledTimes(2)
    expect(client.open).toHaveLength(0)
    question.resolve([3, 3])
    await turn()
    expect(client.open.map(({ leader }) => leader)).toEqual([3])
    for (let round = 0; round < 2; round++) {
      client.open[0]?.accept()
      await turn()
    }
    expect(client.logs.size).toBe(2)
  })
})

describe('what is known of the topic', () => {
  test('is asked anew under traffic, once it is old, and nobody waits for that', async () => {
    const { publish, client } = await openTestPublisher([1])
    const question = Promise.withResolvers<number[]>()
    client.leaders.mockReturnValue(question.promise)
    await vi.advanceTimersByTimeAsync(MAX_AGE_MS)
    publish('a')
    expect(client.leaders).toHaveBeenCalledTimes(1)
    await vi.advanceTimersByTimeAsync(1)
    publish('b')
    publish('c')
    expect(client.leaders).toHaveBeenCalledTimes(2)
    for (let round = 0; round < 2; round++) {
      client.open[0]?.accept()
      await turn()
    }
    expect(client.logs.get(0)).toHaveLength(3)
    question.resolve([1, 2])
    await turn()
    publish('d')
    publish('e')
    await turn()
    expect(client.open.map(({ leader }) => leader).toSorted()).toEqual([1, 2])
    for (const request of client.open) request.accept()
    await turn()
    expect(client.logs.get(1)).toHaveLength(1)
    expect(client.leaders).toHaveBeenCalledTimes(2)
    await vi.advanceTimersByTimeAsync(MAX_AGE_MS + 1)
    publish('f')
    expect(client.leaders).toHaveBeenCalledTimes(3)
    client.open[0]?.accept()
    await turn()
  })

  test('is not asked for without traffic', async () => {
    const { client } = await openTestPublisher([1])
    await vi.advanceTimersByTimeAsync(10 * MAX_AGE_MS)
    expect(client.leaders).toHaveBeenCalledOnce()
  })

  test('serves on when the question fails, which is asked again later', async () => {
    const { publish, client } = await openTestPublisher([1])
    client.leaders.mockRejectedValueOnce(socket('ECONNREFUSED')).mockResolvedValue([2])
    const leaders: (number | undefined)[] = []
    for (let round = 0; round < 3; round++) {
      await vi.advanceTimersByTimeAsync(MAX_AGE_MS + 1)
      publish('a')
      await turn()
      leaders.push(client.open[0]?.leader)
      client.open[0]?.accept()
      await turn()
    }
    expect(leaders).toEqual([1, 1, 2])
    expect(client.leaders).toHaveBeenCalledTimes(4)
  })
})
