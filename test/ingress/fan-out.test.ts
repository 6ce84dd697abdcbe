import { expect, test } from 'vitest'
import { EventError, UnavailableError } from '../../src/errors.ts'
import { sample } from '../../src/standin/samples.ts'
import { codeOf, startTestBridge, type TestBridge, until } from './harness.ts'

const down = () => Promise.reject(new UnavailableError('The broker is at lunch.'))
const never = () => Promise.reject(new EventError('The broker takes 10 bytes.'))
const hung = () => new Promise<never>(() => {})
const attempts = (bridge: TestBridge, destination: string, outcome: string) =>
  bridge.metric(
    `gemini_event_bridge_events_total{destination="${destination}",type="batch.succeeded",outcome="${outcome}"}`
  )

test('acknowledged only with every required destination; a redelivery goes where it is missing', async () => {
  await using bridge = await startTestBridge({ second: true })
  bridge.second.publish = down
  expect(codeOf(await bridge.deliver({ id: 'msg_1' }))).toBe('503 ERR_DESTINATION')
  expect(codeOf(await bridge.deliver({ id: 'msg_1' }))).toBe('503 ERR_DESTINATION')
  bridge.second.publish = bridge.second.accept
  expect(codeOf(await bridge.deliver({ id: 'msg_1' }))).toBe('204')
  expect(codeOf(await bridge.deliver({ id: 'msg_1' }))).toBe('204')
  for (const { events } of [bridge.broker, bridge.second]) expect(events.map(({ id }) => id)).toEqual(['msg_1'])
  expect(await attempts(bridge, 't', 'accepted')).toBe(1)
  expect(await attempts(bridge, 'u', 'unavailable')).toBe(2)
  expect(await attempts(bridge, 'u', 'accepted')).toBe(1)
  const lookups = 'gemini_event_bridge_dedupe_lookups_total'
  expect(await bridge.metric(`${lookups}{outcome="miss"}`)).toBe(4)
  expect(await bridge.metric(`${lookups}{outcome="hit"}`)).toBe(4)
  const [, , third] = bridge.log.filter(({ message }) => message === 'webhook')
  expect(third).toMatchObject({ destinations: { t: { outcome: 'duplicate' }, u: { outcome: 'accepted' } } })
})

test('each event goes where the routes lead it, and once where two lead', async () => {
  const batches = { prefix: { type: 'com.google.gemini.batch.' } }
  await using bridge = await startTestBridge({
    second: true,
    rest: {
      routes: [
        { filter: batches, to: ['t'] },
        { filter: { suffix: { type: '.failed' } }, to: ['t', 'u'] }
      ]
    }
  })
  const send = (type: string) => bridge.deliver({ body: JSON.stringify(sample(type)) }).then(codeOf)
  expect(await send('batch.succeeded')).toBe('204')
  expect(await send('batch.failed')).toBe('204')
  expect(await send('interaction.failed')).toBe('204')
  // Nobody wants it, and delivering it again would change nothing.
  expect(await send('video.generated')).toBe('204')
  const types = (events: readonly { type: string }[]) => events.map(({ type }) => type.slice(18))
  expect(types(bridge.broker.events)).toEqual(['batch.succeeded', 'batch.failed', 'interaction.failed'])
  expect(types(bridge.second.events)).toEqual(['batch.failed', 'interaction.failed'])
  expect(await bridge.metric('gemini_event_bridge_unrouted_total{endpoint="/hooks"}')).toBe(1)
})

const bestEffort = { rest: { routes: [{ to: ['t'] }, { to: ['u'], delivery: 'bestEffort' }] }, second: true }

test.for([
  ['hangs', hung, 'unavailable'],
  ['is down', down, 'unavailable'],
  ['can never take it', never, 'refused']
] as const)('a best-effort destination that %s delays and refuses nothing', async ([, publish, outcome]) => {
  await using bridge = await startTestBridge({ ...bestEffort, limits: { acknowledge: '300ms' } })
  let given: AbortSignal | undefined
  bridge.second.publish = (_event, signal) => {
    given = signal
    return publish()
  }
  expect(codeOf(await bridge.deliver())).toBe('204')
  // The answer came before its deadline.
  expect(given?.aborted).toBe(false)
  expect(bridge.broker.events).toHaveLength(1)
  await until(async () => (await attempts(bridge, 'u', outcome)) === 1)
})

test('a best-effort destination gets its event, though a required one is down', async () => {
  await using bridge = await startTestBridge(bestEffort)
  bridge.broker.publish = down
  expect(codeOf(await bridge.deliver({ id: 'msg_1' }))).toBe('503 ERR_DESTINATION')
  bridge.broker.publish = bridge.broker.accept
  expect(codeOf(await bridge.deliver({ id: 'msg_1' }))).toBe('204')
  expect([bridge.broker.events.length, bridge.second.events.length]).toEqual([1, 1])
})

test('best-effort publishes have room of their own; what finds none is dropped and counted', async () => {
  await using bridge = await startTestBridge({ ...bestEffort, limits: { inFlightRequests: 1 } })
  const gate = Promise.withResolvers<void>()
  bridge.second.publish = async event => {
    await gate.promise
    return bridge.second.accept(event)
  }
  for (let i = 0; i < 3; i += 1) expect(codeOf(await bridge.deliver())).toBe('204')
  expect(await attempts(bridge, 'u', 'dropped')).toBe(2)
  gate.resolve()
  await until(() => bridge.second.events.length === 1)
  expect(codeOf(await bridge.deliver())).toBe('204')
  expect(bridge.broker.events).toHaveLength(4)
  await until(() => bridge.second.events.length === 2)
})

const allBestEffort = { rest: { routes: [{ to: ['t', 'u'], delivery: 'bestEffort' }] }, second: true }

test.for([
  ['one accepts and one hangs', hung, undefined, '204'],
  ['one accepts and one is down', down, undefined, '204'],
  ['both are down', down, down, '503 ERR_DESTINATION'],
  ['one hangs and one is down', hung, down, '503 ERR_DESTINATION']
] as const)('best effort alone: %s', async ([, first, second, expected]) => {
  await using bridge = await startTestBridge({ ...allBestEffort, limits: { acknowledge: '200ms' } })
  bridge.broker.publish = first
  bridge.second.publish = second ?? bridge.second.accept
  expect(codeOf(await bridge.deliver())).toBe(expected)
})

test('the drain awaits best-effort publishes', async () => {
  await using bridge = await startTestBridge(bestEffort)
  const gate = Promise.withResolvers<void>()
  bridge.second.publish = async event => {
    await gate.promise
    expect(bridge.second.closed).toBe(false)
    return bridge.second.accept(event)
  }
  expect(codeOf(await bridge.deliver())).toBe('204')
  const drained = bridge.drain()
  // Nobody listens any more, and still nothing is closed.
  await until(() =>
    bridge.deliver().then(
      () => false,
      () => true
    )
  )
  expect([bridge.broker.closed, bridge.second.closed]).toEqual([false, false])
  gate.resolve()
  expect(await drained).toBe(true)
  expect(bridge.second.events).toHaveLength(1)
  expect(bridge.second.closed).toBe(true)
})
