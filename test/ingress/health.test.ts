import { expect, test } from 'vitest'
import { UnavailableError } from '../../src/errors.ts'
import { startTestBridge, until } from './harness.ts'
import { exchange } from './wire.ts'

const get = async (url: string, target: string) => {
  const { status, body } = await exchange(url, { method: 'GET', target })
  return `${status} ${body}`
}
const ok = '200 {"status":"ok"}'
const notConnected = '503 {"status":"unready","reason":"not connected","destinations":["t"]}'

test('live at once, ready when every destination has connected, on both listeners', async () => {
  const broker = Promise.withResolvers<void>()
  await using bridge = await startTestBridge({ connected: false, connect: () => broker.promise })
  for (const url of [bridge.url, bridge.adminUrl]) {
    expect(await get(url, '/health/live')).toBe(ok)
    expect(await get(url, '/health/ready')).toBe(notConnected)
    expect((await exchange(url, { method: 'HEAD', target: '/health/ready' })).status).toBe(503)
  }
  broker.resolve()
  await until(async () => (await get(bridge.url, '/health/ready')) === ok)
  expect(await get(bridge.adminUrl, '/health/ready')).toBe(ok)
})

test('an outage after that changes nothing', async () => {
  await using bridge = await startTestBridge()
  bridge.broker.publish = () => Promise.reject(new UnavailableError('The broker is at lunch.'))
  expect((await bridge.deliver()).status).toBe(503)
  expect(await get(bridge.url, '/health/ready')).toBe(ok)
  expect(await bridge.metric('gemini_event_bridge_destination_up{destination="t"}')).toBe(0)
})

test('ready as soon as it listens, where that is what is asked for', async () => {
  const broker = Promise.withResolvers<void>()
  await using bridge = await startTestBridge({
    connected: false,
    connect: () => broker.promise,
    rest: { health: { ready: 'listening' } }
  })
  expect(await get(bridge.url, '/health/ready')).toBe(ok)
  broker.resolve()
})

test('not ready while it drains, but live', async () => {
  await using bridge = await startTestBridge()
  const gate = Promise.withResolvers<void>()
  bridge.broker.close = () => gate.promise
  const drained = bridge.drain()
  await until(async () => (await get(bridge.adminUrl, '/health/ready')) !== ok)
  expect(await get(bridge.adminUrl, '/health/ready')).toBe('503 {"status":"unready","reason":"shutting down"}')
  expect(await get(bridge.adminUrl, '/health/live')).toBe(ok)
  gate.resolve()
  expect(await drained).toBe(true)
})

test('metrics are for the admin listener alone', async () => {
  await using bridge = await startTestBridge()
  const { status, headers, body } = await exchange(bridge.adminUrl, { method: 'GET', target: '/metrics' })
  expect(status).toBe(200)
  expect(headers['content-type']).toMatch(/^text\/plain; version=/)
  expect(body).toContain('gemini_event_bridge_build_info{version="0.0.0-test"} 1\n')
  expect(await get(bridge.url, '/metrics')).toMatch(/^404 .*ERR_NOT_FOUND/)
})
