import { expect, test } from 'vitest'
import { codeOf, startTestBridge, until } from './harness.ts'

const hung = () => new Promise<never>(() => {})

test('a best-effort destination that hangs takes no room from another', async () => {
  await using bridge = await startTestBridge({
    second: true,
    third: true,
    limits: { inFlightRequests: 10 },
    rest: { routes: [{ to: ['t'] }, { to: ['u', 'v'], delivery: 'bestEffort' }] }
  })
  bridge.second.publish = hung
  for (let i = 0; i < 30; i += 1) expect(codeOf(await bridge.deliver({ id: `msg_${i}` }))).toBe('204')
  await until(() => bridge.third.events.length === 30)
  const dropped = (name: string) =>
    bridge.metric(`gemini_event_bridge_events_total{destination="${name}",type="batch.succeeded",outcome="dropped"}`)
  expect(await dropped('u')).toBeGreaterThan(0)
  expect(await dropped('v')).toBe(0)
  const lines = () => bridge.log.filter(({ message }) => message === 'best effort has failed')
  await until(() => lines().length > 0)
  expect(lines()[0]).toMatchObject({ destination: 'u', outcome: 'unavailable' })
})
