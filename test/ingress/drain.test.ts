import { expect, test } from 'vitest'
import { dynamicSigner } from '../../src/standin/sign.ts'
import { genuine, startTestBridge, type TestBridge, until } from './harness.ts'
import { openKeySet } from './key-set.ts'
import { signed } from './sign.ts'
import { bytesOf, head, type Reply, wire } from './wire.ts'

const codeOf = ({ status, body }: Reply) => (body === '' ? String(status) : `${status} ${JSON.parse(body).code}`)
const gauge = (bridge: TestBridge, name: string, value: number) =>
  until(async () => (await bridge.metric(`gemini_event_bridge_${name}`)) === value)
const timed = async (drain: Promise<boolean>) => {
  const start = performance.now()
  return { finished: await drain, ms: performance.now() - start }
}

test('what is in flight is accepted and answered, and only then the destination closed', async () => {
  await using bridge = await startTestBridge()
  const gate = Promise.withResolvers<void>()
  bridge.broker.publish = async event => {
    await gate.promise
    expect(bridge.broker.closed).toBe(false)
    return await bridge.broker.accept(event)
  }
  const first = Array.from({ length: 10 }, () => bridge.deliver())
  await gauge(bridge, 'in_flight_requests', 10)
  await using idle = await wire(bridge.url)
  idle.write(bytesOf({ method: 'GET', target: '/health/live' }))
  await idle.reply()
  const drained = timed(bridge.drain())
  await idle.closed
  await expect(wire(bridge.url)).rejects.toThrow('ECONNREFUSED')
  gate.resolve()
  for (const reply of await Promise.all(first)) {
    expect(reply.status).toBe(204)
    expect(reply.headers['connection']).toBe('close')
  }
  expect(bridge.broker.events).toHaveLength(10)
  const { finished, ms } = await drained
  expect(finished).toBe(true)
  expect(bridge.broker.closed).toBe(true)
  // Nothing is waited for that need not be.
  expect(ms).toBeLessThan(300)
})

test('what is being received may still arrive', async () => {
  await using bridge = await startTestBridge()
  await using connection = await wire(bridge.url)
  const bytes = bytesOf(genuine())
  connection.write(bytes.subarray(0, -5))
  await gauge(bridge, 'receiving_requests', 1)
  const drained = bridge.drain()
  connection.write(bytes.subarray(-5))
  const reply = await connection.reply()
  expect(reply.status).toBe(204)
  expect(reply.headers['connection']).toBe('close')
  expect(await drained).toBe(true)
})

test('what does not arrive, or never began, holds the drain no longer than limits.receive', async () => {
  await using bridge = await startTestBridge({ limits: { receive: '300ms', acknowledge: '200ms', drain: '2s' } })
  await using slow = await wire(bridge.url)
  await using silent = await wire(bridge.url)
  await using headers = await wire(bridge.url)
  headers.write('POST /hooks HTTP/1.1\r\n')
  slow.write(head({ headers: [...signed('x'), ['content-length', '10']] }), 'abc')
  await gauge(bridge, 'receiving_requests', 1)
  const drained = timed(bridge.drain())
  expect(codeOf(await slow.reply())).toMatch(/^(503 ERR_DRAINING|408 ERR_SLOW)$/)
  await Promise.all([slow.closed, silent.closed, headers.closed])
  const { finished, ms } = await drained
  expect(finished).toBe(true)
  expect(ms).toBeLessThan(700)
})

test('a destination that hangs costs its deadline, and the webhook is refused', async () => {
  await using bridge = await startTestBridge({ limits: { acknowledge: '300ms', drain: '2s' } })
  bridge.broker.publish = () => new Promise(() => {})
  const reply = bridge.deliver()
  await gauge(bridge, 'in_flight_requests', 1)
  const drained = timed(bridge.drain())
  expect(codeOf(await reply)).toBe('503 ERR_DESTINATION')
  const { finished, ms } = await drained
  expect(finished).toBe(true)
  expect(ms).toBeLessThan(700)
})

test('a destination that does not close is left behind, and the drain says so', async () => {
  await using bridge = await startTestBridge({ limits: { receive: '100ms', acknowledge: '100ms', drain: '1200ms' } })
  const gate = Promise.withResolvers<void>()
  bridge.broker.close = () => gate.promise
  const { finished, ms } = await timed(bridge.drain())
  expect(finished).toBe(false)
  expect(ms).toBeGreaterThan(1100)
  expect(ms).toBeLessThan(1500)
  gate.resolve()
  await until(() => bridge.broker.closed)
})

test('a stranger who does not read cannot hold it up', async () => {
  await using bridge = await startTestBridge({ limits: { receive: '300ms', acknowledge: '100ms', drain: '3s' } })
  await using deaf = await wire(bridge.url)
  deaf.socket.pause()
  const total = 100_000
  deaf.write('GET /nope HTTP/1.1\r\nhost: a\r\n\r\n'.repeat(total))
  // The bridge stops reading from whoever does not read.
  let answered = 0
  await until(async () => {
    const before = answered
    answered = await bridge.metric(
      'gemini_event_bridge_webhooks_total{endpoint="none",code="404",reason="ERR_NOT_FOUND"}'
    )
    return answered > 0 && answered === before
  })
  expect(answered).toBeLessThan(total)
  const { finished, ms } = await timed(bridge.drain())
  expect(ms).toBeLessThan(1000)
  expect(finished).toBe(true)
})

test('a webhook that still waits for signing keys is answered, not cut off', async () => {
  await using keySet = await openKeySet()
  keySet.mode = 'hang'
  await using bridge = await startTestBridge({
    endpoints: [{ path: '/hooks', verify: { dynamic: { anyProject: true, keys: keySet.url } } }],
    limits: { receive: '200ms', acknowledge: '800ms', drain: '3s' }
  })
  const reply = bridge.deliver({ signer: dynamicSigner(...keySet.keys) })
  await gauge(bridge, 'receiving_requests', 1)
  const drained = bridge.drain()
  expect(codeOf(await reply)).toBe('503 ERR_KEYS')
  expect(await drained).toBe(true)
})
