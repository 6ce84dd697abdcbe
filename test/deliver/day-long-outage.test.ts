import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { UnavailableError } from '../../src/errors.ts'
import { type Attempt, deliver, isAcknowledged } from '../../src/standin/deliver.ts'
import { sample } from '../../src/standin/samples.ts'
import { type Signer, staticSigner } from '../../src/standin/sign.ts'
import { type Broker, createBroker, removeBroker } from '../ingress/fixture.ts'
import { startTestBridge, type TestBridge } from '../ingress/harness.ts'
import { SECRET } from '../ingress/sign.ts'

// A whole bridge over real sockets. Its clocks stand still but when the test moves them; its timers are real, and none
// has to run out.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date', 'performance'], now: Date.UTC(2026, 0, 22) })
})
afterEach(() => {
  vi.useRealTimers()
})

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const OUTAGE_MS = 24 * HOUR_MS
const AFTER_MS = 2 * MINUTE_MS

/** Pauses that end in their order, once everybody pauses. */
function createClock() {
  const pauses: { readonly until: number; readonly end: () => void }[] = []
  return {
    sleep(ms: number): Promise<void> {
      return new Promise(end => pauses.push({ until: Date.now() + ms, end }))
    },
    /** Moves the clocks until all of these have finished. */
    async run(sleepers: readonly Promise<unknown>[]): Promise<void> {
      let running = sleepers.length
      for (const sleeper of sleepers)
        void sleeper.finally(() => {
          running -= 1
        })
      while (running > 0) {
        await new Promise(setImmediate)
        if (pauses.length < running) continue
        pauses.sort((a, b) => a.until - b.until)
        const next = pauses.shift()
        vi.advanceTimersByTime(Math.max(0, Math.ceil((next?.until ?? 0) - Date.now())))
        next?.end()
      }
    }
  }
}

interface Sent {
  readonly id: string
  /** Milliseconds after the start of the outage at which each attempt ended. */
  readonly attempts: readonly (Attempt & { readonly at: number })[]
}

/** Sends webhooks at these times after the outage's start, and redelivers each until it is acknowledged. */
async function send(bridge: TestBridge, broker: Broker, times: readonly number[], renewTimestamp: boolean) {
  const clock = createClock()
  const start = Date.now()
  const since = () => Date.now() - start
  const signer: Signer = staticSigner(SECRET)
  let seed = 1
  const random = () => {
    seed = (seed * 48271) % 2147483647
    return seed / 2147483647
  }
  const broken = broker.publish
  broker.publish = async (event, signal) => {
    if (since() < OUTAGE_MS) throw new UnavailableError('no broker')
    return broken(event, signal)
  }
  const sendOne = async (time: number, index: number): Promise<Sent> => {
    const id = `msg_${index}`
    const attempts: (Attempt & { at: number })[] = []
    await clock.sleep(time)
    const body = JSON.stringify(sample('batch.succeeded', { job: id, now: new Date() }))
    await deliver(
      { id, body },
      {
        url: `${bridge.url}/hooks`,
        signer,
        retry: true,
        renewTimestamp,
        now: Date.now,
        sleep: clock.sleep,
        random,
        onAttempt: attempt => attempts.push({ ...attempt, at: since() })
      }
    )
    return { id, attempts }
  }
  const all = times.map(sendOne)
  await clock.run(all)
  return await Promise.all(all)
}

/** A bridge with the destination `t`, and its fallback `u` if there is to be one. */
async function start(fallback: boolean) {
  const adapter = join(import.meta.dirname, '../ingress/fixture.ts')
  const brokers = { t: createBroker('day-t'), u: createBroker('day-u') }
  onTestFinished(() => {
    for (const name of ['day-t', 'day-u']) removeBroker(name)
  })
  const bridge = await startTestBridge({
    rest: {
      destinations: {
        t: { adapter, broker: 'day-t', ...(fallback && { fallback: { to: 'u', after: '2m' } }) },
        u: { adapter, broker: 'day-u' }
      },
      routes: [{ to: ['t'] }]
    }
  })
  onTestFinished(() => bridge[Symbol.asyncDispose]())
  return { bridge, ...brokers }
}

/** From one time to another, so many, evenly. */
function evenly(from: number, to: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => Math.round(from + ((to - from) * index) / (count - 1)))
}

const idsAt = ({ events }: Broker) => events.map(({ id }) => id)
const statuses = (sent: readonly Sent[]) =>
  new Set(sent.flatMap(({ attempts }) => attempts.map(({ status }) => status)))

describe.each([true, false])('an outage of 24 hours, timestamps renewed: %s', renewTimestamp => {
  test('without a fallback: everything arrives with the redelivery that follows it', async () => {
    const { bridge, t } = await start(false)
    // What was sent before the first hour had passed may have had its last redelivery by then.
    const sent = await send(bridge, t, evenly(HOUR_MS + 1, OUTAGE_MS - 1, 40), renewTimestamp)
    expect(statuses(sent)).toEqual(new Set([503, 204]))
    for (const { attempts } of sent) {
      const after = attempts.filter(({ at }) => at >= OUTAGE_MS)
      expect(after.map(({ status }) => status)).toEqual([204])
    }
    expect(idsAt(t).sort()).toEqual(sent.map(({ id }) => id).sort())
    const stale = await bridge.metric('gemini_event_bridge_stale_accepted_total{endpoint="/hooks"}')
    expect(stale > 0).toBe(!renewTimestamp)
  })

  test('with a fallback: nothing is refused once it is in use, and it is left after the outage', async () => {
    const { bridge, t, u } = await start(true)
    const times = [...evenly(0, AFTER_MS, 5), ...evenly(AFTER_MS + 1, OUTAGE_MS + HOUR_MS, 100)]
    const sent = await send(bridge, t, times, renewTimestamp)
    expect(statuses(sent)).toEqual(new Set([503, 204]))
    for (const { attempts } of sent) {
      expect(attempts.filter(({ at }) => at >= AFTER_MS).every(isAcknowledged)).toBe(true)
      expect(isAcknowledged(attempts.at(-1))).toBe(true)
    }
    const late = sent.filter((_, index) => (times[index] ?? 0) >= OUTAGE_MS).map(({ id }) => id)
    expect(late.length).toBeGreaterThan(2)
    expect(idsAt(t)).toEqual(late)
    expect([...idsAt(t), ...idsAt(u)].sort()).toEqual(sent.map(({ id }) => id).sort())
    expect(new Set(u.events.map(({ fallbackfor }) => fallbackfor))).toEqual(new Set(['t']))
  })
})

test('what was refused once is never too old, even if its acknowledgement was lost', async () => {
  const { bridge, t } = await start(false)
  const { publish } = t
  const timestamp = Math.floor(Date.now() / 1000)
  const again = () => bridge.deliver({ id: 'msg_1', timestamp })
  t.publish = () => Promise.reject(new UnavailableError('no broker'))
  expect(await again()).toMatchObject({ status: 503 })
  t.publish = publish
  vi.advanceTimersByTime(HOUR_MS)
  expect(await again()).toMatchObject({ status: 204 })
  // Suppose that this one never reached Gemini.
  vi.advanceTimersByTime(HOUR_MS)
  expect(await again()).toMatchObject({ status: 204 })
  expect(idsAt(t)).toEqual(['msg_1'])
})
