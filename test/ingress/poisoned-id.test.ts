import { expect, test } from 'vitest'
import { staticSigner } from '../../src/standin/sign.ts'
import { codeOf, startTestBridge, until } from './harness.ts'
import { OTHER_SECRET } from './sign.ts'

// What nobody has verified leaves nothing behind under its id, and learns nothing by it.

const forged = { id: 'msg_1', signer: staticSigner(OTHER_SECRET) }

test('a forgery that comes first does not keep the genuine webhook out', async () => {
  await using bridge = await startTestBridge()
  expect(codeOf(await bridge.deliver(forged))).toBe('401 ERR_SIGNATURE')
  expect(bridge.broker.events).toEqual([])
  expect(codeOf(await bridge.deliver({ id: 'msg_1' }))).toBe('204')
  expect(bridge.broker.events.map(({ id }) => id)).toEqual(['msg_1'])
})

test('a forgery shares nothing with the genuine webhook under way, nor with one that was taken', async () => {
  await using bridge = await startTestBridge()
  const gate = Promise.withResolvers<void>()
  bridge.broker.publish = async event => {
    await gate.promise
    return bridge.broker.accept(event)
  }
  const genuine = bridge.deliver({ id: 'msg_1' })
  await until(async () => (await bridge.metric('gemini_event_bridge_in_flight_requests')) === 1)
  expect(codeOf(await bridge.deliver(forged))).toBe('401 ERR_SIGNATURE')
  gate.resolve()
  expect(codeOf(await genuine)).toBe('204')
  expect(codeOf(await bridge.deliver(forged))).toBe('401 ERR_SIGNATURE')
})

test('a genuine webhook that is replayed is acknowledged, and published no second time', async () => {
  await using bridge = await startTestBridge()
  for (let count = 0; count < 3; count += 1) expect(codeOf(await bridge.deliver({ id: 'msg_1' }))).toBe('204')
  expect(bridge.broker.events).toHaveLength(1)
})
