import { describe, expect, test, vi } from 'vitest'
import { UnavailableError } from '../../../src/errors.ts'
import { answer, socket } from './kafkajs-errors.ts'
import { holdTime, openTestLane, turn } from './lane-harness.ts'

/** The first pause is not longer. */
const FIRST_RETRY_MS = 50

vi.mock('node:timers/promises', () => import('../lane/timers-promises.ts'))
holdTime()

describe('an attempt that fails for a reason that may pass', () => {
  test.each([
    ['the shortest', 0, 0.5],
    ['the longest', 1, 1]
  ])('is followed by another: after %s pauses, which double', async (_what, random, share) => {
    vi.spyOn(Math, 'random').mockReturnValue(random)
    const { publish, client, refresh } = openTestLane()
    const publication = publish('a')
    const pauses: number[] = []
    for (let attempt = 0; attempt < 7; attempt++) {
      const failedAt = performance.now()
      client.open[0]?.fail(socket('ECONNREFUSED'))
      await turn()
      expect(client.open).toHaveLength(0)
      await vi.advanceTimersToNextTimerAsync()
      pauses.push(Math.round((performance.now() - failedAt) / share))
      expect(refresh).toHaveBeenCalledTimes(attempt + 1)
      expect(client.open[0]?.values).toEqual({ 0: ['a'] })
    }
    expect(pauses).toEqual([50, 100, 200, 400, 500, 500, 500])
    client.open[0]?.accept()
    await turn()
    expect(publication.id).toBe('jobs-0@0')
  })

  test('takes with it whatever has come meanwhile, and keeps the order', async () => {
    const { publish, client } = openTestLane()
    publish('a')
    publish('b')
    client.open[0]?.fail(socket('ECONNRESET'))
    await turn()
    publish('c')
    await vi.advanceTimersByTimeAsync(FIRST_RETRY_MS)
    expect(client.requests[1]?.values).toEqual({ 0: ['a', 'b', 'c'] })
    client.open[0]?.accept()
    await turn()
  })

  test('begins with a short pause again, once something has been accepted', async () => {
    const { publish, client } = openTestLane()
    publish('a')
    for (const text of ['b', 'c', 'd']) {
      client.open[0]?.fail(answer('NOT_ENOUGH_REPLICAS'))
      await vi.advanceTimersByTimeAsync(FIRST_RETRY_MS)
      expect(client.open).toHaveLength(1)
      // The lane always has something to do.
      publish(text)
      client.open[0]?.accept()
      await turn()
    }
    client.open[0]?.accept()
    await turn()
    expect(client.logs.get(0)).toHaveLength(4)
  })
})

describe('a reason that only an operator can mend', () => {
  test('refuses what was sent, at once; what waits is tried by itself', async () => {
    const { publish, client, refresh } = openTestLane()
    const [a, b] = [publish('a'), publish('b')]
    client.open[0]?.fail(answer('TOPIC_AUTHORIZATION_FAILED'))
    await turn()
    expect(a.error).toBeInstanceOf(UnavailableError)
    expect(a.error?.message).toMatch(/Grant its user WRITE/)
    expect(b.state).toBe('waiting')
    client.open[0]?.accept()
    await turn()
    expect(b.state).toBe('accepted')
    expect(refresh).not.toHaveBeenCalled()
  })
})
