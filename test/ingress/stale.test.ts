import { afterEach, expect, test, vi } from 'vitest'
import { UnavailableError } from '../../src/errors.ts'
import { dynamicSigner } from '../../src/standin/sign.ts'
import { serveKeys } from '../verify/key-set-server.ts'
import { createEd25519 } from '../verify/signers.ts'
import { BODY, codeOf, genuine, startTestBridge, type TestBridge, until } from './harness.ts'
import { openKeySet } from './key-set.ts'
import { nowInSeconds, SECRET, signed, webhookHeaders } from './sign.ts'

const down = () => Promise.reject(new UnavailableError('The broker is at lunch.'))
const stale = (bridge: TestBridge) => bridge.metric('gemini_event_bridge_stale_accepted_total{endpoint="/hooks"}')
const OLD = '401 ERR_TIMESTAMP'

const { now } = Date
let passed = 0
/** Lets so many milliseconds pass at once: the request stays what it was, and grows old. */
function pass(ms: number) {
  passed += ms
  vi.spyOn(Date, 'now').mockImplementation(() => now() + passed)
}
afterEach(() => {
  passed = 0
  vi.restoreAllMocks()
})

test('after an outage a redelivery is never too old', async () => {
  await using bridge = await startTestBridge()
  const request = genuine({ id: 'msg_1' })
  bridge.broker.publish = down
  expect(codeOf(await bridge.send(request))).toBe('503 ERR_DESTINATION')
  pass(3_600_000)
  expect(codeOf(await bridge.send(request))).toBe('503 ERR_DESTINATION')
  pass(3_600_000)
  bridge.broker.publish = bridge.broker.accept
  expect(codeOf(await bridge.send(request))).toBe('204')
  expect(bridge.broker.events).toHaveLength(1)
  expect(await stale(bridge)).toBe(2)
})

test('what this bridge never refused with a 503 is too old', async () => {
  await using bridge = await startTestBridge()
  bridge.broker.publish = down
  expect(codeOf(await bridge.deliver({ id: 'msg_1' }))).toBe('503 ERR_DESTINATION')
  bridge.broker.publish = bridge.broker.accept
  const acknowledged = genuine()
  expect(codeOf(await bridge.send(acknowledged))).toBe('204')
  const timestamp = nowInSeconds() - 3600
  expect(codeOf(await bridge.deliver({ id: 'msg_2', timestamp }))).toBe(OLD)
  // Being refused for its age is no reason to be taken.
  expect(codeOf(await bridge.deliver({ id: 'msg_2', timestamp }))).toBe(OLD)
  pass(3_600_000)
  expect(codeOf(await bridge.send(acknowledged))).toBe(OLD)
  expect(await stale(bridge)).toBe(0)
})

test('so is what was acknowledged since: that answer may have been lost', async () => {
  await using bridge = await startTestBridge()
  const request = genuine({ id: 'msg_1' })
  bridge.broker.publish = down
  expect(codeOf(await bridge.send(request))).toBe('503 ERR_DESTINATION')
  bridge.broker.publish = bridge.broker.accept
  expect(codeOf(await bridge.send(request))).toBe('204')
  pass(3_600_000)
  expect(codeOf(await bridge.send(request))).toBe('204')
  expect(bridge.broker.events).toHaveLength(1)
})

test('nor does a refusal at one source excuse the same id at another', async () => {
  const secrets = [SECRET]
  await using bridge = await startTestBridge({
    endpoints: ['/hooks', '/others'].map(path => ({ path, source: `/${path}`, verify: { static: { secrets } } }))
  })
  bridge.broker.publish = down
  expect(codeOf(await bridge.deliver({ id: 'msg_1' }))).toBe('503 ERR_DESTINATION')
  expect(codeOf(await bridge.deliver({ id: 'msg_1', target: '/others', timestamp: nowInSeconds() - 3600 }))).toBe(OLD)
})

test('nor is a timestamp of the future excused', async () => {
  await using bridge = await startTestBridge()
  bridge.broker.publish = down
  expect(codeOf(await bridge.deliver({ id: 'msg_1' }))).toBe('503 ERR_DESTINATION')
  expect(codeOf(await bridge.deliver({ id: 'msg_1', timestamp: nowInSeconds() + 3600 }))).toBe(OLD)
})

/** A bridge that is full until it is let go. */
async function startFull() {
  const bridge = await startTestBridge({ limits: { inFlightRequests: 1 } })
  const gate = Promise.withResolvers<void>()
  bridge.broker.publish = async event => {
    await gate.promise
    return bridge.broker.accept(event)
  }
  const first = bridge.deliver({ id: 'msg_first' })
  await until(async () => (await bridge.metric('gemini_event_bridge_in_flight_requests')) === 1)
  const release = async () => {
    gate.resolve()
    expect(codeOf(await first)).toBe('204')
  }
  return { bridge, release }
}

test('a webhook refused before its body was read', async () => {
  const { bridge, release } = await startFull()
  await using _ = bridge
  const request = genuine({ id: 'msg_1' })
  expect(
    codeOf(await bridge.send({ ...request, body: '', headers: [...(request.headers ?? []), ['content-length', '9']] }))
  ).toBe('503 ERR_BUSY')
  await release()
  pass(3_600_000)
  expect(codeOf(await bridge.send(request))).toBe('204')
  expect(await stale(bridge)).toBe(1)
  expect(bridge.broker.events.map(({ id }) => id)).toEqual(['msg_first', 'msg_1'])
})

test('so is what was acknowledged since it was refused unseen', async () => {
  const { bridge, release } = await startFull()
  await using _ = bridge
  const request = genuine({ id: 'msg_1' })
  expect(codeOf(await bridge.send(request))).toBe('503 ERR_BUSY')
  await release()
  expect(codeOf(await bridge.send(request))).toBe('204')
  pass(3_600_000)
  expect(codeOf(await bridge.send(request))).toBe('204')
})

test('who was refused unseen is excused with that very timestamp only, and only if it was fresh', async () => {
  const { bridge, release } = await startFull()
  await using _ = bridge
  const timestamp = nowInSeconds() - 3600
  expect(codeOf(await bridge.deliver({ id: 'msg_1' }))).toBe('503 ERR_BUSY')
  expect(codeOf(await bridge.deliver({ id: 'msg_2', timestamp }))).toBe('503 ERR_BUSY')
  await release()
  expect(codeOf(await bridge.deliver({ id: 'msg_1', timestamp }))).toBe(OLD)
  expect(codeOf(await bridge.deliver({ id: 'msg_2', timestamp }))).toBe(OLD)
})

test('what comes without the headers of a webhook is refused as any, and not remembered', async () => {
  const { bridge, release } = await startFull()
  await using _ = bridge
  expect(codeOf(await bridge.send({ body: 'x' }))).toBe('503 ERR_BUSY')
  expect(codeOf(await bridge.send({ headers: [...signed('x'), ...signed('x')], body: 'x' }))).toBe('503 ERR_BUSY')
  await release()
})

const dynamic = (url: string) => ({
  endpoints: [{ path: '/hooks', verify: { dynamic: { anyProject: true, keys: { url, coolDown: '100ms' } } } }]
})

test('a webhook refused for want of signing keys', async () => {
  await using keySet = await openKeySet()
  keySet.mode = 'fail'
  await using bridge = await startTestBridge(dynamic(keySet.url))
  const request = genuine({ id: 'msg_1', signer: dynamicSigner(...keySet.keys) })
  expect(codeOf(await bridge.send(request))).toBe('503 ERR_KEYS')
  keySet.mode = 'serve'
  pass(3_600_000)
  await until(async () => codeOf(await bridge.send(request)) === '204')
  expect(await stale(bridge)).toBe(1)
  expect(bridge.broker.events).toHaveLength(1)
})

test('one that was fresh when it arrived, though it grew too old while it waited for keys', async () => {
  const key = createEd25519()
  const gate = Promise.withResolvers<void>()
  await using keys = await serveKeys(async (_request, response) => {
    await gate.promise
    response.writeHead(500).end()
  })
  await using bridge = await startTestBridge(dynamic(keys.url))
  const sign = (id: string, timestamp: number) => {
    const { signature } = key.sign({ id, timestamp: String(timestamp), body: Buffer.from(BODY) })
    return { headers: webhookHeaders(id, String(timestamp), signature), body: BODY }
  }
  const request = sign('msg_1', nowInSeconds() - 290)
  const reply = bridge.send(request)
  await until(async () => (await bridge.metric('gemini_event_bridge_receiving_requests')) === 1)
  pass(60_000)
  gate.resolve()
  expect(codeOf(await reply)).toBe('503 ERR_KEYS')
  keys.answer({ keys: [key.jwk] })
  await until(async () => codeOf(await bridge.send(sign('msg_2', nowInSeconds()))) === '204')
  expect(codeOf(await bridge.send(request))).toBe('204')
})

test('while the memory that replicas share gives no answer, a webhook that is too old is to come again', async () => {
  await using bridge = await startTestBridge({ rest: { dedupe: { store: 'redis', url: 'redis://127.0.0.1:1' } } })
  const timestamp = nowInSeconds() - 3600
  expect(codeOf(await bridge.deliver({ id: 'msg_1', timestamp }))).toBe('503 ERR_DESTINATION')
  expect(codeOf(await bridge.deliver({ id: 'msg_2' }))).toBe('204')
})
