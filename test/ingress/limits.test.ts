import { expect, test } from 'vitest'
import { EventError, UnavailableError } from '../../src/errors.ts'
import { dynamicSigner } from '../../src/standin/sign.ts'
import type { Broker } from './fixture.ts'
import { BODY, genuine, startTestBridge, type TestBridge, until } from './harness.ts'
import { openKeySet } from './key-set.ts'
import { signed } from './sign.ts'
import { bytesOf, head, type Reply, wire } from './wire.ts'

const codeOf = ({ status, body }: Reply) => (body === '' ? String(status) : `${status} ${JSON.parse(body).code}`)
/** Sends a head alone, and not the body that it declares: the answer cannot have waited for it. */
const headFor = (bridge: TestBridge, bytes: number) =>
  bridge.send({ headers: [...signed(BODY), ['content-length', String(bytes)]], body: '' }).then(codeOf)
const hung = () => new Promise<never>(() => {})

/** Makes every publish wait until it is let go, oldest first. */
function holdBack(broker: Broker): (count: number) => void {
  const waiting: (() => void)[] = []
  broker.publish = event => new Promise(resolve => waiting.push(() => resolve(broker.accept(event))))
  return count => {
    for (const release of waiting.splice(0, count)) release()
  }
}
const gauge = (bridge: TestBridge, name: string, value: number) =>
  until(async () => (await bridge.metric(`gemini_event_bridge_${name}`)) === value)

test('webhooks in flight: at the limit 503 at once, and until a tenth of it is free again', async () => {
  await using bridge = await startTestBridge({ limits: { inFlightRequests: 20 } })
  const release = holdBack(bridge.broker)
  const first = Array.from({ length: 20 }, () => bridge.deliver())
  await gauge(bridge, 'in_flight_requests', 20)
  expect(await bridge.metric('gemini_event_bridge_in_flight_bytes')).toBe(20 * BODY.length)
  expect(await headFor(bridge, 100)).toBe('503 ERR_BUSY')
  release(1)
  await gauge(bridge, 'in_flight_requests', 19)
  expect(await headFor(bridge, 100)).toBe('503 ERR_BUSY')
  expect(codeOf(await bridge.deliver())).toBe('503 ERR_BUSY')
  release(1)
  await gauge(bridge, 'in_flight_requests', 18)
  const next = bridge.deliver()
  await gauge(bridge, 'in_flight_requests', 19)
  release(19)
  expect(new Set((await Promise.all([...first, next])).map(codeOf))).toEqual(new Set(['204']))
  await gauge(bridge, 'in_flight_bytes', 0)
})

test('bytes in flight: what would not fit is refused by its declared length, and chunked once it is there', async () => {
  await using bridge = await startTestBridge({ limits: { body: '1KiB', inFlightBytes: '2KiB' } })
  const release = holdBack(bridge.broker)
  const body = JSON.stringify({ type: 'a', data: 'x'.repeat(600) })
  const first = [bridge.deliver({ body }), bridge.deliver({ body }), bridge.deliver({ body })]
  await gauge(bridge, 'in_flight_bytes', 3 * body.length)
  expect(await headFor(bridge, 2048 - 3 * body.length + 1)).toBe('503 ERR_BUSY')
  await using connection = await wire(bridge.url)
  connection.write(
    head({ headers: [...signed(body), ['transfer-encoding', 'chunked']] }),
    `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`
  )
  expect(codeOf(await connection.reply())).toBe('503 ERR_BUSY')
  release(3)
  expect((await Promise.all(first)).map(codeOf)).toEqual(['204', '204', '204'])
  expect(bridge.broker.events).toHaveLength(3)
})

test('requests not yet verified: the oldest incomplete one gives way, and knows why', async () => {
  await using bridge = await startTestBridge({
    limits: { receive: '20s', drain: '25s', receiving: { requests: 3, bytes: '1MiB' } }
  })
  const slow = await Promise.all([1, 2, 3].map(() => wire(bridge.url)))
  for (const [index, connection] of slow.entries()) {
    connection.write(head({ headers: [...signed('x'), ['content-length', '10']] }))
    await gauge(bridge, 'receiving_requests', index + 1)
  }
  expect((await bridge.deliver()).status).toBe(204)
  const [oldest, second, third] = slow
  const reply = await oldest?.reply()
  expect(reply && codeOf(reply)).toBe('503 ERR_BUSY')
  expect(reply?.headers['connection']).toBe('close')
  await oldest?.closed
  // The others still have their places.
  expect(second?.received).toBe('')
  expect(await bridge.metric('gemini_event_bridge_receiving_requests')).toBe(2)
  for (const connection of slow) await connection[Symbol.asyncDispose]()
  expect(third?.received).toBe('')
})

test('bytes not yet verified: the oldest incomplete one gives way', async () => {
  await using bridge = await startTestBridge({
    limits: { receive: '20s', drain: '25s', body: '64KiB', receiving: { requests: 100, bytes: '64KiB' } }
  })
  const open = async () => {
    const connection = await wire(bridge.url)
    connection.write(head({ headers: [...signed('x'), ['content-length', '65536']] }), 'x'.repeat(30_000))
    return connection
  }
  await using first = await open()
  await gauge(bridge, 'receiving_requests', 1)
  await using second = await open()
  await gauge(bridge, 'receiving_requests', 2)
  const body = JSON.stringify({ type: 'a', data: 'x'.repeat(30_000) })
  expect((await bridge.deliver({ body })).status).toBe(204)
  expect(codeOf(await first.reply())).toBe('503 ERR_BUSY')
  expect(second.received).toBe('')
})

test('when all that wait are whole, the newcomer is refused before its body; all are answered in time', async () => {
  await using keySet = await openKeySet()
  keySet.mode = 'hang'
  await using bridge = await startTestBridge({
    endpoints: [{ path: '/hooks', verify: { dynamic: { anyProject: true, keys: keySet.url } } }],
    limits: { acknowledge: '500ms', receiving: { requests: 2, bytes: '1MiB' } }
  })
  const signer = dynamicSigner(...keySet.keys)
  const start = performance.now()
  const waiting = [bridge.deliver({ signer }), bridge.deliver({ signer })]
  await gauge(bridge, 'receiving_requests', 2)
  expect(await headFor(bridge, 100)).toBe('503 ERR_BUSY')
  expect((await Promise.all(waiting)).map(codeOf)).toEqual(['503 ERR_KEYS', '503 ERR_KEYS'])
  expect(performance.now() - start).toBeLessThan(900)
  expect(await bridge.metric('gemini_event_bridge_receiving_requests')).toBe(0)
})

test('a destination that hangs is not waited for beyond the deadline, counted from the last byte', async () => {
  await using bridge = await startTestBridge({ limits: { receive: '2s', acknowledge: '400ms', drain: '4s' } })
  bridge.broker.publish = hung
  const { headers = [], body = '' } = genuine()
  await using connection = await wire(bridge.url)
  const bytes = bytesOf({ headers, body })
  connection.write(bytes.subarray(0, -1))
  await gauge(bridge, 'receiving_requests', 1)
  await new Promise(resolve => setTimeout(resolve, 300))
  connection.write(bytes.subarray(-1))
  const start = performance.now()
  const reply = await connection.reply()
  const latency = performance.now() - start
  expect(codeOf(reply)).toBe('503 ERR_DESTINATION')
  // Not before its time either: 300 ms of it went by before the last byte.
  expect(latency).toBeGreaterThan(300)
  expect(latency).toBeLessThan(650)
})

test('an acceptance after the deadline counts, though nobody could be told', async () => {
  await using bridge = await startTestBridge({ limits: { acknowledge: '100ms' } })
  const release = holdBack(bridge.broker)
  expect(codeOf(await bridge.deliver({ id: 'msg_late' }))).toBe('503 ERR_DESTINATION')
  release(1)
  await until(async () => (await bridge.metric('gemini_event_bridge_late_acceptances_total{destination="t"}')) === 1)
  expect(bridge.broker.events.map(({ id }) => id)).toEqual(['msg_late'])
})

test('an adapter is told when the deadline has passed', async () => {
  await using bridge = await startTestBridge({ limits: { acknowledge: '100ms' } })
  const told = Promise.withResolvers<void>()
  bridge.broker.publish = (_event, signal) => {
    signal.addEventListener('abort', () => told.resolve())
    return hung()
  }
  expect(codeOf(await bridge.deliver())).toBe('503 ERR_DESTINATION')
  await told.promise
})

const accept = undefined
const down = () => Promise.reject(new UnavailableError('The broker is at lunch.'))
const never = () => Promise.reject(new EventError('The broker takes 10 bytes.'))
const thrower = () => {
  throw new Error('thrown, not rejected')
}
test.for([
  ['both accept', accept, accept, '204'],
  ['one is down', accept, down, '503 ERR_DESTINATION'],
  ['one can never take it', never, accept, '422 ERR_EVENT'],
  ['both can never take it', never, never, '422 ERR_EVENT'],
  ['one is down and one can never take it', never, down, '503 ERR_DESTINATION'],
  ['one hangs', hung, accept, '503 ERR_DESTINATION'],
  ['one hangs and one can never take it', hung, never, '503 ERR_DESTINATION'],
  ['one hangs and one throws', hung, thrower, '503 ERR_DESTINATION']
] as const)('two destinations: %s', async ([, one, other, expected]) => {
  await using bridge = await startTestBridge({ second: true, limits: { acknowledge: '100ms' } })
  const { broker, second } = bridge
  broker.publish = one ?? broker.accept
  second.publish = other ?? second.accept
  expect(codeOf(await bridge.deliver({ id: 'msg_two' }))).toBe(expected)
  // Each is asked, whatever becomes of the other.
  expect(broker.events).toHaveLength(one === accept ? 1 : 0)
  expect(second.events).toHaveLength(other === accept ? 1 : 0)
  if (expected === '204') expect(broker.events).toEqual(second.events)
})

test('a destination that is not connected yet is 503, until it is', async () => {
  const broker = Promise.withResolvers<void>()
  await using bridge = await startTestBridge({ connected: false, connect: () => broker.promise })
  expect(codeOf(await bridge.deliver())).toBe('503 ERR_DESTINATION')
  broker.resolve()
  await until(async () => (await bridge.deliver()).status === 204)
})

test('a destination that cannot be reached at first is tried again', async () => {
  let attempts = 0
  await using bridge = await startTestBridge({
    connected: false,
    connect: async () => {
      if (++attempts < 3) throw new UnavailableError('Nobody is at home.')
    }
  })
  await until(async () => (await bridge.deliver()).status === 204)
  expect(attempts).toBe(3)
})

test('the work ends before the answer is due, so that the answer is not late', async () => {
  await using bridge = await startTestBridge({ limits: { acknowledge: '2s', drain: '4s' } })
  const aborted = Promise.withResolvers<number>()
  bridge.broker.publish = (_event, signal) => {
    const start = performance.now()
    signal.addEventListener('abort', () => aborted.resolve(performance.now() - start))
    return hung()
  }
  expect(codeOf(await bridge.deliver())).toBe('503 ERR_DESTINATION')
  expect(await aborted.promise).toBeLessThan(2000)
})
