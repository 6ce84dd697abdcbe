import { describe, expect, test, vi } from 'vitest'
import { UnavailableError } from '../../../src/errors.ts'
import { holdTime, openTestLane, turn } from './lane-harness.ts'

vi.mock('node:timers/promises', () => import('../lane/timers-promises.ts'))
holdTime()

describe('group commit', () => {
  test('the first record leaves at once, alone', async () => {
    const { publish, client } = openTestLane()
    publish('a')
    expect(client.requests).toMatchObject([{ leader: 7, values: { 0: ['a'] } }])
    client.open[0]?.accept()
    await turn()
  })

  test('what arrives while a request is in flight leaves together in the next one, whatever its partition', async () => {
    const { publish, client } = openTestLane()
    publish('a')
    for (const [text, partition] of [
      ['b', 0],
      ['c', 3],
      ['d', 0],
      ['e', 1]
    ] as const)
      publish(text, partition)
    await turn()
    expect(client.requests).toHaveLength(1)
    client.requests[0]?.accept()
    await turn()
    expect(client.requests[1]?.values).toEqual({ 0: ['b', 'd'], 1: ['e'], 3: ['c'] })
    expect(client.requests).toHaveLength(2)
    client.requests[1]?.accept()
    await turn()
    expect(client.requests).toHaveLength(2)
  })

  test('there is one request at a time, and no pause between them', async () => {
    const { publish, client } = openTestLane()
    const start = performance.now()
    for (let round = 0; round < 20; round++) {
      publish(`${round}`)
      publish(`${round} too`)
      expect(client.open).toHaveLength(1)
      client.open[0]?.accept()
      await turn()
    }
    expect(performance.now()).toBe(start)
    client.open[0]?.accept()
    await turn()
  })

  test('a lane that had nothing to do begins again at once', async () => {
    const { publish, client } = openTestLane()
    for (const text of ['a', 'b']) {
      const publication = publish(text)
      expect(client.open).toHaveLength(1)
      client.open[0]?.accept()
      await turn()
      expect(publication.state).toBe('accepted')
    }
  })
})

describe('the answer', () => {
  test('gives each record its place', async () => {
    const { publish, client } = openTestLane()
    const first = publish('a')
    const others = [publish('b'), publish('c', 3), publish('d'), publish('e', 3)]
    expect([first, ...others].map(({ state }) => state)).toEqual(Array(5).fill('waiting'))
    for (const request of [0, 1]) {
      client.requests[request]?.accept()
      await turn()
    }
    expect([first, ...others].map(({ id }) => id)).toEqual(['jobs-0@0', 'jobs-0@1', 'jobs-3@0', 'jobs-0@2', 'jobs-3@1'])
  })

  test('holds offsets that a double does not', async () => {
    const { publish, client } = openTestLane()
    const offset = 2n ** 62n + 1n
    const produce = vi.spyOn(client, 'produce').mockResolvedValue(new Map([[0, offset]]))
    const publication = publish('a')
    await turn()
    expect(publication.id).toBe(`jobs-0@${offset}`)
    expect(produce).toHaveBeenCalledOnce()
  })

  test('that leaves out a partition does not accept its records: they are sent again, and only they', async () => {
    const { publish, client } = openTestLane()
    publish('first')
    const [a, b, c] = [publish('a'), publish('b', 1), publish('c', 1)]
    client.requests[0]?.accept()
    await turn()
    client.requests[1]?.accept([0])
    await turn()
    expect(a.id).toBe('jobs-0@1')
    expect([b.state, c.state]).toEqual(['waiting', 'waiting'])
    await vi.advanceTimersByTimeAsync(50)
    expect(client.requests[2]?.values).toEqual({ 1: ['b', 'c'] })
    expect([b.state, c.state]).toEqual(['waiting', 'waiting'])
    client.requests[2]?.accept()
    await turn()
    expect([b.id, c.id]).toEqual(['jobs-1@0', 'jobs-1@1'])
    expect(client.logs.get(0)?.map(({ value }) => String(value))).toEqual(['first', 'a'])
  })

  test('that is empty accepts nothing, however often it comes', async () => {
    const { publish, client } = openTestLane()
    const produce = vi.spyOn(client, 'produce').mockResolvedValue(new Map())
    const publication = publish('a')
    await vi.advanceTimersByTimeAsync(5000)
    expect(produce.mock.calls.length).toBeGreaterThan(5)
    expect(publication.state).toBe('waiting')
    publication.expire()
    await turn()
    expect(publication.error).toBeInstanceOf(UnavailableError)
    await vi.advanceTimersByTimeAsync(500)
  })

  test('about another partition accepts nothing', async () => {
    const { publish, client } = openTestLane()
    vi.spyOn(client, 'produce').mockResolvedValueOnce(new Map([[1, 5n]]))
    const publication = publish('a')
    await turn()
    expect(publication.state).toBe('waiting')
    await vi.advanceTimersByTimeAsync(50)
    client.open[0]?.accept()
    await turn()
    expect(publication.id).toBe('jobs-0@0')
  })
})

describe('closing', () => {
  test('gives up the request in flight, and refuses whatever waits', async () => {
    const { publish, client, lane } = openTestLane()
    const publications = [publish('a'), publish('b'), publish('c', 1)]
    lane.close()
    await turn()
    for (const { error } of publications) {
      expect(error).toBeInstanceOf(UnavailableError)
      expect(error?.message).toMatch(/being closed\. Gemini delivers again/)
    }
    expect(client.requests).toMatchObject([{ open: false, signal: { aborted: true } }])
  })

  test('ends the pause before another attempt', async () => {
    const { publish, client, lane } = openTestLane()
    const publication = publish('a')
    client.requests[0]?.fail(new Error('boom'))
    await turn()
    expect(vi.getTimerCount()).toBe(1)
    lane.close()
    await turn()
    expect(publication.error?.message).toMatch(/being closed/)
    expect(client.requests).toHaveLength(1)
  })

  test('refuses whatever comes later', async () => {
    const { publish, client, lane } = openTestLane()
    lane.close()
    const publication = publish('a')
    await turn()
    expect(publication.error?.message).toMatch(/being closed/)
    expect(client.requests).toHaveLength(0)
  })

  test('does not undo what was accepted in the same breath', async () => {
    const { publish, client, lane } = openTestLane()
    const publication = publish('a')
    client.requests[0]?.accept()
    lane.close()
    await turn()
    expect(publication.id).toBe('jobs-0@0')
  })
})
