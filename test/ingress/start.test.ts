import { afterEach, expect, test, vi } from 'vitest'
import { codeOf, genuine, startTestBridge, type TestBridge, until } from './harness.ts'
import { exchange } from './wire.ts'

const hung = () => new Promise<never>(() => {})
const ready = async (bridge: TestBridge) => {
  const { status, body } = await exchange(bridge.url, { method: 'GET', target: '/health/ready' })
  return `${status} ${body}`
}
afterEach(() => {
  vi.restoreAllMocks()
})

test('without its brokers it answers 503, and remembers whom', async () => {
  const broker = Promise.withResolvers<void>()
  await using bridge = await startTestBridge({ connected: false, connect: () => broker.promise })
  const request = genuine({ id: 'msg_1' })
  expect(codeOf(await bridge.send(request))).toBe('503 ERR_DESTINATION')
  broker.resolve()
  await until(async () => (await ready(bridge)).startsWith('200'))
  const now = Date.now.bind(Date)
  vi.spyOn(Date, 'now').mockImplementation(() => now() + 3_600_000)
  expect(codeOf(await bridge.send(request))).toBe('204')
  expect(bridge.broker.events.map(({ id }) => id)).toEqual(['msg_1'])
})

test('ready is when every required destination has connected, and no other is waited for', async () => {
  const broker = Promise.withResolvers<void>()
  await using bridge = await startTestBridge({
    second: true,
    third: true,
    connected: false,
    connect: name => (name === 't' ? broker.promise : hung()),
    rest: { routes: [{ to: ['t'] }, { to: ['u'], delivery: 'bestEffort' }], deadLetter: 'v' }
  })
  expect(await ready(bridge)).toBe('503 {"status":"unready","reason":"not connected","destinations":["t"]}')
  broker.resolve()
  await until(async () => (await ready(bridge)) === '200 {"status":"ok"}')
  expect(codeOf(await bridge.deliver())).toBe('204')
})

test('an outage at the start does not keep a bridge out of service whose fallback is there', async () => {
  const [broker, fallback] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  await using bridge = await startTestBridge({
    second: true,
    connected: false,
    connect: name => (name === 't' ? broker : fallback).promise,
    fallback: { to: 'u', after: '1s' },
    rest: { routes: [{ to: ['t'] }] }
  })
  expect(await ready(bridge)).toBe('503 {"status":"unready","reason":"not connected","destinations":["t"]}')
  fallback.resolve()
  await until(async () => (await ready(bridge)) === '200 {"status":"ok"}')
  await until(async () => codeOf(await bridge.deliver({ id: 'msg_1' })) === '204')
  expect(bridge.second.events[0]).toMatchObject({ id: 'msg_1', fallbackfor: 't' })
  broker.resolve()
})
