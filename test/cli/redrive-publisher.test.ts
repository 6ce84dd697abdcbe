import { expect, test } from 'vitest'
import { createPublisher } from '../../src/cli/redrive/publisher.ts'
import type { PublishResult } from '../../src/deliver/destination.ts'
import { EventError, UnavailableError } from '../../src/errors.ts'
import type { CloudEvent } from '../../src/event.ts'
import { eventOf } from './redrive-letters.ts'

type Answer = PublishResult['outcome'] | Promise<PublishResult['outcome']>

function open(answer: (event: CloudEvent, count: number) => Answer, wait: number, stop = new AbortController()) {
  const tried: string[] = []
  const publish = createPublisher(
    {
      name: 'analytics',
      connected: true,
      reconnect() {},
      close: async () => {},
      async publish(event) {
        tried.push(event.id)
        const outcome = await answer(event, tried.length)
        const refusal = outcome === 'refused' ? new EventError('refused') : new UnavailableError('down')
        return { destination: 'analytics', outcome, ...(outcome !== 'accepted' && { refusal }) }
      }
    },
    { deadline: 1000, wait, stop: stop.signal }
  )
  return { tried, publish: async (id: string) => (await publish(eventOf(id))).outcome }
}

test('tries again while the destination is unavailable, and no further than to an answer', async () => {
  const { tried, publish } = open((_event, count) => (count < 3 ? 'unavailable' : 'accepted'), 60_000)
  expect(await publish('a')).toBe('accepted')
  expect(tried).toEqual(['a', 'a', 'a'])
  const refusing = open((_event, count) => (count < 2 ? 'unavailable' : 'refused'), 60_000)
  expect(await refusing.publish('a')).toBe('refused')
  expect(refusing.tried).toEqual(['a', 'a'])
})

test('once given up, tries one event at a time, and takes its answer for the others', async () => {
  const broker = Promise.withResolvers<'accepted'>()
  let up = false
  const { tried, publish } = open(() => (up ? broker.promise : 'unavailable'), 150)
  expect(await publish('first')).toBe('unavailable')
  expect(tried.length).toBeGreaterThan(1)
  tried.splice(0)
  expect(await publish('probe')).toBe('unavailable')
  expect(tried).toEqual(['probe'])
  up = true
  const probe = publish('probe again')
  expect(await Promise.all([publish('x'), publish('y')])).toEqual(['unavailable', 'unavailable'])
  expect(tried).toEqual(['probe', 'probe again'])
  broker.resolve('accepted')
  expect(await probe).toBe('accepted')
  // It is back, for everyone.
  expect(await Promise.all([publish('x'), publish('y')])).toEqual(['accepted', 'accepted'])
})

test('one event that never succeeds is given up, and the destination is not', async () => {
  const { tried, publish } = open(({ id }) => (id === 'poison' ? 'unavailable' : 'accepted'), 300)
  const poison = publish('poison')
  let others = 0
  while (await Promise.race([poison.then(() => false), publish(`other ${others}`).then(() => true)])) {
    others += 1
    await new Promise(resolve => setTimeout(resolve, 20))
  }
  expect(await poison).toBe('unavailable')
  expect(tried.filter(id => id === 'poison').length).toBeGreaterThan(1)
  expect(await publish('after')).toBe('accepted')
})

test('a stop ends the waiting, with the last answer', async () => {
  const stop = new AbortController()
  const { tried, publish } = open(
    () => {
      queueMicrotask(() => stop.abort('SIGTERM'))
      return 'unavailable'
    },
    60_000,
    stop
  )
  expect(await publish('a')).toBe('unavailable')
  expect(tried).toEqual(['a'])
})
