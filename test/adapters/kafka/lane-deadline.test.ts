import { describe, expect, test, vi } from 'vitest'
import { broker } from '../../../adapters/kafka/lane.ts'
import { startWaiting } from '../../../adapters/lane/waiting.ts'
import { UnavailableError } from '../../../src/errors.ts'
import { holdTime, openTestLane, turn } from './lane-harness.ts'

/** How long an answer may come late. */
const LATE_MS = 500

vi.mock('node:timers/promises', () => import('../lane/timers-promises.ts'))
holdTime()

describe('a deadline that passes before the record was sent', () => {
  test('refuses it at once, and it never is', async () => {
    const { publish, client } = openTestLane()
    publish('a')
    const [b, c] = [publish('b'), publish('c')]
    b.expire()
    await turn()
    expect(b.error).toBeInstanceOf(UnavailableError)
    expect(b.error?.message).toMatch(/before the event could be sent to Kafka\. It will not be sent/)
    client.requests[0]?.accept()
    await turn()
    expect(client.requests[1]?.values).toEqual({ 0: ['c'] })
    client.requests[1]?.accept()
    await turn()
    expect(c.id).toBe('jobs-0@1')
    expect(client.requests).toHaveLength(2)
  })

  test('makes no request of nothing', async () => {
    const { publish, client } = openTestLane()
    publish('a')
    for (const publication of [publish('b'), publish('c', 1)]) publication.expire()
    client.requests[0]?.accept()
    await turn()
    expect(client.requests).toHaveLength(1)
    const later = publish('d')
    client.requests[1]?.accept()
    await turn()
    expect(later.state).toBe('accepted')
  })
})

describe('a deadline that passes in flight', () => {
  test(`is followed by an answer within ${LATE_MS} ms: refused, since nobody knows`, async () => {
    const { publish, client } = openTestLane()
    const publication = publish('a')
    publication.expire()
    await vi.advanceTimersByTimeAsync(LATE_MS - 1)
    expect(publication.state).toBe('waiting')
    expect(client.requests).toMatchObject([{ open: true }])
    await vi.advanceTimersByTimeAsync(1)
    expect(publication.error).toBeInstanceOf(UnavailableError)
    expect(publication.error?.message).toMatch(/had not answered by the deadline\. It may have written the event/)
    await vi.advanceTimersByTimeAsync(1000)
    expect(client.requests).toHaveLength(1)
  })

  test('or accepted, if Kafka says so by then', async () => {
    const { publish, client } = openTestLane()
    const publication = publish('a')
    publication.expire()
    await vi.advanceTimersByTimeAsync(LATE_MS - 1)
    client.requests[0]?.accept()
    await turn()
    expect(publication.id).toBe('jobs-0@0')
  })

  test('keeps the record from another attempt', async () => {
    const { publish, client } = openTestLane()
    const [a, b] = [publish('a'), publish('b')]
    a.expire()
    client.requests[0]?.fail(new Error('boom'))
    await vi.advanceTimersByTimeAsync(50)
    expect(a.error).toBeInstanceOf(UnavailableError)
    expect(client.requests[1]?.values).toEqual({ 0: ['b'] })
    client.requests[1]?.accept()
    await turn()
    expect(b.state).toBe('accepted')
  })

  test('keeps it from another attempt too when the answer leaves it out', async () => {
    const { publish, client } = openTestLane()
    publish('first')
    const [a, b] = [publish('a'), publish('b', 1)]
    client.requests[0]?.accept()
    await turn()
    b.expire()
    client.requests[1]?.accept([0])
    await vi.advanceTimersByTimeAsync(1000)
    expect(a.state).toBe('accepted')
    expect(b.error).toBeInstanceOf(UnavailableError)
    expect(client.requests).toHaveLength(2)
  })

  test('lets the request go on for the others of it', async () => {
    const { publish, client } = openTestLane()
    publish('first')
    const [a, b] = [publish('a'), publish('b')]
    client.requests[0]?.accept()
    await turn()
    a.expire()
    await vi.advanceTimersByTimeAsync(LATE_MS)
    expect([a.state, b.state]).toEqual(['refused', 'waiting'])
    expect(client.requests[1]).toMatchObject({ open: true })
    client.requests[1]?.accept()
    await turn()
    expect(b.id).toBe('jobs-0@2')
  })

  test('gives up the request with the last one of it, and goes on with what waits', async () => {
    const { publish, client, refresh } = openTestLane()
    publish('first')
    const [a, b] = [publish('a'), publish('b', 1)]
    client.requests[0]?.accept()
    await turn()
    a.expire()
    await vi.advanceTimersByTimeAsync(100)
    b.expire()
    const later = publish('later')
    await vi.advanceTimersByTimeAsync(LATE_MS - 100)
    expect(client.requests[1]).toMatchObject({ open: true })
    await vi.advanceTimersByTimeAsync(100)
    expect(client.requests[1]).toMatchObject({ open: false, signal: { aborted: true } })
    await vi.advanceTimersByTimeAsync(50)
    expect(refresh).toHaveBeenCalledOnce()
    expect(client.requests[2]?.values).toEqual({ 0: ['later'] })
    client.requests[2]?.accept()
    await turn()
    expect(later.state).toBe('accepted')
  })

  test('after all is over finds nobody who listens', async () => {
    const { client, lane } = openTestLane()
    const record = { key: undefined, headers: {}, value: Buffer.of() }
    const { signal } = new AbortController()
    const [add, remove] = [vi.spyOn(signal, 'addEventListener'), vi.spyOn(signal, 'removeEventListener')]
    const settle = [() => client.open[0]?.accept(), () => client.open[0]?.fail(new UnavailableError('no'))]
    for (const answer of settle) {
      const { waiting, messageId } = startWaiting({ record, partition: 0 }, broker, signal)
      lane.add(waiting)
      answer()
      await messageId.catch(() => {})
      await turn()
    }
    expect(add).toHaveBeenCalledTimes(2)
    expect(remove.mock.calls.map(([, listener]) => listener)).toEqual(add.mock.calls.map(([, listener]) => listener))
  })
})
