import { expect, test } from 'vitest'
import { EventError, UnavailableError } from '../../src/errors.ts'
import { BODY, codeOf, startTestBridge, type TestBridge } from './harness.ts'

const down = () => Promise.reject(new UnavailableError('The broker is at lunch.'))
const never = () => Promise.reject(new EventError('The broker takes 10 bytes.'))
const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
const withDeadLetter = { second: true, third: true, rest: { deadLetter: 'v' } }
const letters = (bridge: TestBridge, destination: string) =>
  bridge.metric(`gemini_event_bridge_dead_letters_total{destination="${destination}",reason="ERR_EVENT"}`)

test('an event that one destination can never take: to the others, and to the dead letter', async () => {
  await using bridge = await startTestBridge(withDeadLetter)
  bridge.broker.publish = never
  const webhook = { id: 'msg_1', headers: [['traceparent', TRACE]] } as const
  expect(codeOf(await bridge.deliver(webhook))).toBe('204')
  const [event] = bridge.second.events
  expect(bridge.second.events).toHaveLength(1)
  expect(bridge.third.events).toEqual([
    {
      specversion: '1.0',
      id: 'msg_1.dead_letter.t',
      source: '//generativelanguage.googleapis.com',
      type: 'com.google.gemini.dead_letter',
      subject: 'batches/7f3k29qx5vhd',
      datacontenttype: 'application/octet-stream',
      recordedtime: event?.recordedtime,
      partitionkey: 'batches/7f3k29qx5vhd',
      traceparent: TRACE,
      originalid: 'msg_1',
      originaltype: 'com.google.gemini.batch.succeeded',
      deadletterreason: 'ERR_EVENT',
      deadletterdest: 't',
      data: Buffer.from(BODY)
    }
  ])
  expect(await letters(bridge, 't')).toBe(1)
  const [line] = bridge.log.filter(({ message }) => message === 'webhook')
  expect(line).toMatchObject({
    status: 204,
    outcome: 'acknowledged',
    destinations: { t: { outcome: 'deadLettered', error: 'The broker takes 10 bytes.' }, u: { outcome: 'accepted' } }
  })
  // A redelivery tries neither again.
  bridge.broker.publish = bridge.broker.accept
  expect(codeOf(await bridge.deliver(webhook))).toBe('204')
  expect([bridge.broker, bridge.second, bridge.third].map(({ events }) => events.length)).toEqual([0, 1, 1])
})

test('a genuine body that is no event: to the dead letter alone, once', async () => {
  await using bridge = await startTestBridge(withDeadLetter)
  const body = '{"no": "envelope"}'
  expect(codeOf(await bridge.deliver({ id: 'msg_1', body }))).toBe('204')
  expect(codeOf(await bridge.deliver({ id: 'msg_1', body }))).toBe('204')
  expect([bridge.broker.events, bridge.second.events]).toEqual([[], []])
  expect(bridge.third.events).toEqual([
    {
      specversion: '1.0',
      id: 'msg_1.dead_letter.envelope',
      source: '//generativelanguage.googleapis.com',
      type: 'com.google.gemini.dead_letter',
      datacontenttype: 'application/octet-stream',
      recordedtime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      partitionkey: 'msg_1',
      originalid: 'msg_1',
      deadletterreason: 'ERR_EVENT',
      data: Buffer.from(body)
    }
  ])
  expect(await letters(bridge, 'envelope')).toBe(1)
})

test.for([
  ['down', down],
  ['of no use for this event either', never]
] as const)('a dead letter that is %s: 503, and the redelivery succeeds', async ([, publish]) => {
  await using bridge = await startTestBridge(withDeadLetter)
  const webhooks = [{ id: 'msg_1' }, { id: 'msg_2', body: '[]' }]
  bridge.broker.publish = never
  bridge.third.publish = publish
  for (const webhook of webhooks) expect(codeOf(await bridge.deliver(webhook))).toBe('503 ERR_DESTINATION')
  expect(await letters(bridge, 't')).toBe(0)
  bridge.third.publish = bridge.third.accept
  for (const webhook of webhooks) expect(codeOf(await bridge.deliver(webhook))).toBe('204')
  expect(bridge.third.events.map(({ id }) => id)).toEqual(['msg_1.dead_letter.t', 'msg_2.dead_letter.envelope'])
  // The destination that had accepted the first is not asked again.
  expect(bridge.second.events.map(({ id }) => id)).toEqual(['msg_1'])
})

test('while another destination is down, the dead letter does not acknowledge in its stead', async () => {
  await using bridge = await startTestBridge(withDeadLetter)
  bridge.broker.publish = never
  bridge.second.publish = down
  expect(codeOf(await bridge.deliver({ id: 'msg_1' }))).toBe('503 ERR_DESTINATION')
  bridge.second.publish = bridge.second.accept
  expect(codeOf(await bridge.deliver({ id: 'msg_1' }))).toBe('204')
  expect([bridge.broker, bridge.second, bridge.third].map(({ events }) => events.length)).toEqual([0, 1, 1])
})

test('without a dead letter it is 422, each time', async () => {
  await using bridge = await startTestBridge({ second: true })
  bridge.broker.publish = never
  expect(codeOf(await bridge.deliver({ id: 'msg_1' }))).toBe('422 ERR_EVENT')
  expect(codeOf(await bridge.deliver({ id: 'msg_1' }))).toBe('422 ERR_EVENT')
  expect(codeOf(await bridge.deliver({ id: 'msg_2', body: '[]' }))).toBe('422 ERR_EVENT')
  expect(bridge.second.events.map(({ id }) => id)).toEqual(['msg_1'])
})

test('what best effort cannot take is no dead letter', async () => {
  await using bridge = await startTestBridge({
    second: true,
    third: true,
    rest: { deadLetter: 'v', routes: [{ to: ['t'], delivery: 'bestEffort' }, { to: ['u'] }] }
  })
  bridge.broker.publish = never
  expect(codeOf(await bridge.deliver())).toBe('204')
  expect(await bridge.drain()).toBe(true)
  expect(bridge.third.events).toEqual([])
})
