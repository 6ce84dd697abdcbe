import { describe, expect, test, vi } from 'vitest'
import { UnavailableError } from '../../../src/errors.ts'
import { answer, socket } from './kafkajs-errors.ts'
import { holdTime, openTestLane, turn } from './lane-harness.ts'

/** A request without an answer for so long, when a deadline passes, means an outage. */
const SLOW_MS = 1000
/** The first pause between attempts is not longer. */
const FIRST_RETRY_MS = 50
/** How long a failure says something about the broker. */
const FORGET_MS = 5000
/** How long an answer may be late. */
const LATE_MS = 500
/** No pause between attempts is longer. */
const LONGEST_RETRY_MS = 500

vi.mock('node:timers/promises', () => import('../lane/timers-promises.ts'))
holdTime()

/** A lane whose broker refuses connections, and where a first deadline has passed for that. */
async function fallen() {
  const harness = openTestLane()
  const [first, second] = [harness.publish('first'), harness.publish('second')]
  harness.client.open[0]?.fail(socket('ECONNREFUSED'))
  await turn()
  first.expire()
  await turn()
  return { ...harness, first, second }
}

describe('an outage', () => {
  test('is known with the first deadline that passes for it: everybody is told at once', async () => {
    const { publish, client, first, second } = await fallen()
    const third = publish('third')
    await turn()
    for (const { error } of [first, second, third]) {
      expect(error).toBeInstanceOf(UnavailableError)
      expect(error?.message).toMatch(/cannot be reached \(kafka-1\.example\.com:9092, ECONNREFUSED\)/)
    }
    await vi.advanceTimersByTimeAsync(LONGEST_RETRY_MS)
    expect(client.requests).toHaveLength(1)
  })

  test('is tried by one record at a time; the others are refused meanwhile', async () => {
    const { publish, client } = await fallen()
    for (let round = 0; round < 5; round++) {
      await vi.advanceTimersByTimeAsync(LONGEST_RETRY_MS)
      const probe = publish('probe')
      const others = [publish('b'), publish('c', 1)]
      await turn()
      expect(client.open.map(({ values }) => values)).toEqual([{ 0: ['probe'] }])
      expect([probe, ...others].map(({ state }) => state)).toEqual(['waiting', 'refused', 'refused'])
      client.open[0]?.fail(socket('ECONNREFUSED'))
      await turn()
      expect(probe.error?.message).toMatch(/cannot be reached/)
      const tooSoon = publish('d')
      await turn()
      expect(tooSoon.state).toBe('refused')
      expect(client.open).toHaveLength(0)
    }
    await vi.advanceTimersByTimeAsync(LONGEST_RETRY_MS)
    expect(client.requests).toHaveLength(6)
  })

  test('is over with the first success', async () => {
    const { publish, client } = await fallen()
    await vi.advanceTimersByTimeAsync(LONGEST_RETRY_MS)
    const probe = publish('probe')
    client.open[0]?.accept()
    await turn()
    expect(probe.state).toBe('accepted')
    const publications = [publish('a'), publish('b'), publish('c')]
    for (const _ of [0, 1]) {
      client.open[0]?.accept()
      await turn()
    }
    expect(publications.map(({ state }) => state)).toEqual(['accepted', 'accepted', 'accepted'])
  })

  test.each([
    ['accepted, and the lane goes on', ['b', 'c', 'd'], () => undefined],
    ['accepted, and the lane comes to rest', [], () => undefined],
    ['refused for another reason', [], () => answer('TOPIC_AUTHORIZATION_FAILED')]
  ])('is none if before any deadline the record is %s', async (_what, meanwhile, error) => {
    const { publish, client } = openTestLane()
    publish('a')
    client.open[0]?.fail(socket('ECONNREFUSED'))
    await vi.advanceTimersByTimeAsync(FIRST_RETRY_MS)
    for (const text of meanwhile) publish(text)
    const failure = error()
    if (failure) client.open[0]?.fail(failure)
    else client.open[0]?.accept()
    await turn()
    publish('in flight')
    const [waits, gone] = [publish('waits'), publish('gone')]
    gone.expire()
    await turn()
    expect([waits.state, gone.state]).toEqual(['waiting', 'refused'])
    for (const _ of [0, 1]) {
      client.open[0]?.accept()
      await turn()
    }
    expect(waits.state).toBe('accepted')
  })
})

test('an outage that was long ago is forgotten', async () => {
  const { publish, client } = await fallen()
  await vi.advanceTimersByTimeAsync(FORGET_MS + LONGEST_RETRY_MS)
  const publications = [publish('a'), publish('b')]
  for (const _ of publications) {
    client.open[0]?.accept()
    await turn()
  }
  expect(publications.map(({ state }) => state)).toEqual(['accepted', 'accepted'])
})

test('nor does an outage that was long ago speak against a broker that is merely slow', async () => {
  const { publish, client } = await fallen()
  await vi.advanceTimersByTimeAsync(FORGET_MS + LONGEST_RETRY_MS)
  publish('a')
  const [waits, gone] = [publish('b'), publish('c')]
  gone.expire()
  await turn()
  expect(waits.state).toBe('waiting')
  for (const _ of [0, 1]) {
    client.open[0]?.accept()
    await turn()
  }
  expect(waits.state).toBe('accepted')
})

test('a request that its callers gave up early is no sign of an outage', async () => {
  const { publish, client } = openTestLane()
  const impatient = publish('a')
  await vi.advanceTimersByTimeAsync(100)
  impatient.expire()
  // Until the request is given up: the lane asks for the leaders then.
  await vi.advanceTimersByTimeAsync(LATE_MS)
  expect(impatient.state).toBe('refused')
  const [waits, gone] = [publish('b'), publish('c')]
  gone.expire()
  await turn()
  expect([waits.state, gone.state]).toEqual(['waiting', 'refused'])
  client.open[0]?.accept()
  await turn()
  expect(waits.state).toBe('accepted')
})

describe('silence', () => {
  test(`of ${SLOW_MS} ms, when a deadline passes, is an outage for whatever waits`, async () => {
    const { publish, client } = openTestLane()
    const [silent, waits] = [publish('a'), publish('b')]
    await vi.advanceTimersByTimeAsync(SLOW_MS)
    silent.expire()
    await turn()
    expect(waits.error).toBeInstanceOf(UnavailableError)
    expect(waits.error?.message).toMatch(/did not answer for the topic "jobs"/)
    const later = publish('c')
    await turn()
    expect(later.error?.message).toBe(waits.error?.message)
    expect(client.requests).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(2 * LONGEST_RETRY_MS)
    expect(silent.state).toBe('refused')
    const probe = publish('probe')
    client.open[0]?.accept()
    await turn()
    expect(probe.state).toBe('accepted')
  })

  test('that ends with an answer after all is no outage any more', async () => {
    const { publish, client } = openTestLane()
    const silent = publish('a')
    await vi.advanceTimersByTimeAsync(SLOW_MS)
    silent.expire()
    await vi.advanceTimersByTimeAsync(100)
    client.open[0]?.accept()
    await turn()
    expect(silent.id).toBe('jobs-0@0')
    const [a, b] = [publish('a'), publish('b')]
    for (const _ of [0, 1]) {
      client.open[0]?.accept()
      await turn()
    }
    expect([a.state, b.state]).toEqual(['accepted', 'accepted'])
  })

  test.each([0, SLOW_MS - 1])('of %s ms is none: who gives up early is refused alone', async ms => {
    const { publish, client } = openTestLane()
    const [impatient, waits, gone] = [publish('a'), publish('b'), publish('c')]
    await vi.advanceTimersByTimeAsync(ms)
    gone.expire()
    impatient.expire()
    await turn()
    const later = publish('d')
    expect([waits.state, gone.state]).toEqual(['waiting', 'refused'])
    for (const _ of [0, 1]) {
      client.open[0]?.accept()
      await turn()
    }
    expect([impatient, waits, later].map(({ state }) => state)).toEqual(['accepted', 'accepted', 'accepted'])
  })
})
