import { afterEach, expect, test, vi } from 'vitest'
import { UnavailableError } from '../../src/errors.ts'
import { codeOf, startTestBridge, type TestBridge } from './harness.ts'

const down = () => Promise.reject(new UnavailableError('The broker is at lunch.'))
const hung = () => new Promise<never>(() => {})
const withFallback = {
  second: true,
  fallback: { to: 'u', after: '2m' },
  rest: { routes: [{ to: ['t'] }] }
}
const fallbacks = (bridge: TestBridge) => bridge.metric('gemini_event_bridge_fallbacks_total{destination="t"}')
const ids = (events: readonly { id: string }[]) => events.map(({ id }) => id)

/** Lets so many milliseconds pass at once, for whoever reads the time. */
function pass(ms: number) {
  const now = performance.now.bind(performance)
  vi.spyOn(performance, 'now').mockImplementation(() => now() + ms)
}
afterEach(() => {
  vi.restoreAllMocks()
})

test('an outage: 503 at first, then the fallback takes it, and at its end all is as before', async () => {
  await using bridge = await startTestBridge(withFallback)
  bridge.broker.publish = down
  expect(codeOf(await bridge.deliver({ id: 'msg_1' }))).toBe('503 ERR_DESTINATION')
  expect(bridge.second.events).toEqual([])
  pass(120_000)
  expect(codeOf(await bridge.deliver({ id: 'msg_1' }))).toBe('204')
  expect(codeOf(await bridge.deliver({ id: 'msg_2' }))).toBe('204')
  expect(bridge.second.events).toEqual([
    expect.objectContaining({ id: 'msg_1', type: 'com.google.gemini.batch.succeeded', fallbackfor: 't' }),
    expect.objectContaining({ id: 'msg_2', fallbackfor: 't' })
  ])
  expect(await fallbacks(bridge)).toBe(2)
  const lines = bridge.log.filter(({ message }) => message === 'webhook')
  expect(lines.at(-1)).toMatchObject({ status: 204, destinations: { t: { outcome: 'fallback' } } })
  // What the fallback has is delivered.
  bridge.broker.publish = bridge.broker.accept
  expect(codeOf(await bridge.deliver({ id: 'msg_1' }))).toBe('204')
  expect(codeOf(await bridge.deliver({ id: 'msg_3' }))).toBe('204')
  expect(ids(bridge.broker.events)).toEqual(['msg_3'])
  expect(bridge.broker.events[0]).not.toHaveProperty('fallbackfor')
  expect(ids(bridge.second.events)).toEqual(['msg_1', 'msg_2'])
})

test('a destination that hangs: from then on nothing is refused', async () => {
  await using bridge = await startTestBridge({ ...withFallback, limits: { acknowledge: '300ms' } })
  bridge.broker.publish = hung
  expect(codeOf(await bridge.deliver())).toBe('503 ERR_DESTINATION')
  pass(120_000)
  const deliveries = ['msg_1', 'msg_2', 'msg_3'].map(id => bridge.deliver({ id }))
  expect((await Promise.all(deliveries)).map(codeOf)).toEqual(['204', '204', '204'])
  expect(ids(bridge.second.events).sort()).toEqual(['msg_1', 'msg_2', 'msg_3'])
})

test('a destination that never connected', async () => {
  await using bridge = await startTestBridge({
    ...withFallback,
    connected: false,
    connect: name => (name === 't' ? hung() : Promise.resolve())
  })
  expect(codeOf(await bridge.deliver())).toBe('503 ERR_DESTINATION')
  pass(120_000)
  expect(codeOf(await bridge.deliver())).toBe('204')
  expect(bridge.second.events).toHaveLength(1)
})

test('the fallback is down as well: 503, and the log names both', async () => {
  await using bridge = await startTestBridge(withFallback)
  bridge.broker.publish = down
  bridge.second.publish = down
  await bridge.deliver()
  pass(120_000)
  expect(codeOf(await bridge.deliver({ id: 'msg_1' }))).toBe('503 ERR_DESTINATION')
  expect(bridge.log.find(({ id }) => id === 'msg_1')).toMatchObject({
    error: 'The broker is at lunch. Its fallback "u" has not taken the event either: The broker is at lunch.',
    destinations: { t: { outcome: 'unavailable' } }
  })
  expect(await fallbacks(bridge)).toBe(0)
  bridge.second.publish = bridge.second.accept
  expect(codeOf(await bridge.deliver({ id: 'msg_1' }))).toBe('204')
})

test('a dead letter may have a fallback as well', async () => {
  await using bridge = await startTestBridge({
    ...withFallback,
    third: true,
    rest: { routes: [{ to: ['v'] }], deadLetter: 't' }
  })
  bridge.broker.publish = down
  expect(codeOf(await bridge.deliver({ body: '[]' }))).toBe('503 ERR_DESTINATION')
  pass(120_000)
  expect(codeOf(await bridge.deliver({ id: 'msg_1', body: '[]' }))).toBe('204')
  expect(bridge.second.events).toEqual([
    expect.objectContaining({
      id: 'msg_1.dead_letter.envelope',
      type: 'com.google.gemini.dead_letter',
      fallbackfor: 't'
    })
  ])
})
