import { expect, test } from 'vitest'
import { staticSigner } from '../../src/standin/sign.ts'
import { codeOf, startTestBridge, type TestBridge, until } from './harness.ts'
import { OTHER_SECRET, SECRET } from './sign.ts'

const lookups = (bridge: TestBridge, outcome: string) =>
  bridge.metric(`gemini_event_bridge_dedupe_lookups_total{outcome="${outcome}"}`)

/** Makes every publish wait until it is let go. */
function holdBack({ broker }: TestBridge) {
  const gate = Promise.withResolvers<void>()
  const held = { publishes: 0, release: () => gate.resolve() }
  broker.publish = async event => {
    held.publishes += 1
    await gate.promise
    return broker.accept(event)
  }
  return held
}

test('deliveries of one id at the same time are published once, and all acknowledged', async () => {
  await using bridge = await startTestBridge()
  const held = holdBack(bridge)
  const deliveries = Array.from({ length: 5 }, () => bridge.deliver({ id: 'msg_1' }))
  await until(async () => (await lookups(bridge, 'shared')) === 4)
  held.release()
  expect((await Promise.all(deliveries)).map(codeOf)).toEqual(Array(5).fill('204'))
  expect(bridge.broker.events).toHaveLength(1)
  expect(held.publishes).toBe(1)
  expect(await lookups(bridge, 'miss')).toBe(1)
})

test('each answers by its own deadline: one that came later outlives the first', async () => {
  await using bridge = await startTestBridge({ limits: { acknowledge: '600ms' } })
  const held = holdBack(bridge)
  const first = bridge.deliver({ id: 'msg_1' })
  await until(() => held.publishes === 1)
  // The time between the two is what this is about.
  await new Promise(resolve => setTimeout(resolve, 300))
  const second = bridge.deliver({ id: 'msg_1' })
  expect(codeOf(await first)).toBe('503 ERR_DESTINATION')
  held.release()
  expect(codeOf(await second)).toBe('204')
  expect(held.publishes).toBe(1)
})

test('an acceptance after the deadline counts for the redelivery', async () => {
  await using bridge = await startTestBridge({ limits: { acknowledge: '100ms' } })
  const held = holdBack(bridge)
  expect(codeOf(await bridge.deliver({ id: 'msg_1' }))).toBe('503 ERR_DESTINATION')
  held.release()
  await until(async () => (await bridge.metric('gemini_event_bridge_late_acceptances_total{destination="t"}')) === 1)
  expect(codeOf(await bridge.deliver({ id: 'msg_1' }))).toBe('204')
  expect(held.publishes).toBe(1)
  expect(await lookups(bridge, 'hit')).toBe(1)
})

test('what was not accepted is remembered by nobody', async () => {
  await using bridge = await startTestBridge()
  bridge.broker.publish = () => Promise.reject(new Error('no'))
  expect(codeOf(await bridge.deliver({ id: 'msg_1' }))).toBe('503 ERR_DESTINATION')
  bridge.broker.publish = bridge.broker.accept
  expect(codeOf(await bridge.deliver({ id: 'msg_1' }))).toBe('204')
  expect(bridge.broker.events).toHaveLength(1)
  expect(await lookups(bridge, 'miss')).toBe(2)
})

test('off: every delivery is published', async () => {
  await using bridge = await startTestBridge({ rest: { dedupe: 'off' } })
  for (let i = 0; i < 3; i += 1) expect(codeOf(await bridge.deliver({ id: 'msg_1' }))).toBe('204')
  expect(bridge.broker.events).toHaveLength(3)
  expect(await bridge.metrics()).not.toMatch(/dedupe_lookups_total\{/)
})

test('the oldest are forgotten when there are too many', async () => {
  await using bridge = await startTestBridge({ rest: { dedupe: { maxEntries: 2 } } })
  for (const id of ['msg_1', 'msg_2', 'msg_3', 'msg_3', 'msg_1']) await bridge.deliver({ id })
  expect(bridge.broker.events.map(({ id }) => id)).toEqual(['msg_1', 'msg_2', 'msg_3', 'msg_1'])
})

test('one id at endpoints with different sources is two events; with one source it is one', async () => {
  const endpoint = (path: string, source: string, secret: string) => ({
    path,
    source,
    verify: { static: { secrets: [secret] } }
  })
  await using bridge = await startTestBridge({
    endpoints: [endpoint('/a', '//a', SECRET), endpoint('/b', '//b', SECRET), endpoint('/c', '//a', OTHER_SECRET)]
  })
  expect(codeOf(await bridge.deliver({ target: '/a', id: 'msg_1' }))).toBe('204')
  expect(codeOf(await bridge.deliver({ target: '/b', id: 'msg_1' }))).toBe('204')
  expect(codeOf(await bridge.deliver({ target: '/c', id: 'msg_1', signer: staticSigner(OTHER_SECRET) }))).toBe('204')
  expect(bridge.broker.events.map(({ source, id }) => `${source} ${id}`)).toEqual(['//a msg_1', '//b msg_1'])
})
