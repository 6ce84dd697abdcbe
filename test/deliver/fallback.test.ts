import pino from 'pino'
import { describe, expect, test, vi } from 'vitest'
import type { Outcome } from '../../src/deliver/destination.ts'
import { withFallback } from '../../src/deliver/fallback.ts'
import { UnavailableError } from '../../src/errors.ts'
import { sampleEvent } from '../../src/testing/sample-event.ts'
import { createClock } from './clock.ts'
import { scripted } from './scripted.ts'

const AFTER = 120_000
const PATIENCE = 2000
const ACKNOWLEDGE = 4000

/** The destination `main` with the fallback `spare`, which accepts everything unless told otherwise. */
function create(outcome?: Outcome) {
  const clock = createClock()
  const main = scripted('main', outcome)
  const spare = scripted('spare', 'accepted')
  const lines: string[] = []
  const log = pino({ base: null }, { write: line => lines.push(JSON.parse(line).msg) })
  const onFallback = vi.fn()
  const onLateAcceptance = vi.fn()
  const { now, sleep } = clock
  const options = { to: spare, after: AFTER, patience: PATIENCE, log, onFallback, now, sleep }
  const publish = withFallback(main, options)
  return {
    clock,
    main,
    spare,
    lines,
    onFallback,
    onLateAcceptance,
    publish: (event = sampleEvent()) => publish(event, clock.deadline(ACKNOWLEDGE), onLateAcceptance)
  }
}

/** The same, after the destination has been down for long enough. */
async function createDue() {
  const created = create('unavailable')
  await created.publish()
  await created.clock.pass(AFTER)
  return created
}

describe('before it is due', () => {
  test.each<Outcome>(['accepted', 'refused', 'unavailable'])('what the destination says stands: %s', async outcome => {
    const { clock, main, spare, publish, onFallback } = create(outcome)
    const event = sampleEvent()
    expect(await publish(event)).toMatchObject({ destination: 'main', outcome })
    expect(main.calls[0]?.event).toBe(event)
    // Of all that sleep, only the deadline's own is left.
    expect(clock.sleepers).toBe(1)
    expect(spare.calls).toEqual([])
    expect(onFallback).not.toHaveBeenCalled()
  })

  test('an event that hangs is refused by its deadline', async () => {
    const { clock, publish, spare } = create()
    const publishing = publish()
    await clock.pass(ACKNOWLEDGE)
    expect((await publishing).outcome).toBe('unavailable')
    expect(spare.calls).toEqual([])
    expect(clock.sleepers).toBe(0)
  })

  test('it is not, as long as the destination takes something', async () => {
    const { clock, main, publish } = create('unavailable')
    expect((await publish()).outcome).toBe('unavailable')
    await clock.pass(AFTER - 1)
    main.outcome = 'accepted'
    expect((await publish()).outcome).toBe('accepted')
    main.outcome = 'unavailable'
    await clock.pass(1)
    expect((await publish()).outcome).toBe('unavailable')
  })

  test('silence is no outage', async () => {
    const { clock, main, publish } = create('accepted')
    await publish()
    await clock.pass(10 * AFTER)
    main.outcome = 'unavailable'
    expect((await publish()).outcome).toBe('unavailable')
  })
})

describe('from then on', () => {
  test('the fallback takes the event, with the name of the destination that it was meant for', async () => {
    const { clock, main, spare, publish, onFallback, lines } = create('unavailable')
    await publish()
    await clock.pass(AFTER - 1)
    expect((await publish()).outcome).toBe('unavailable')
    expect(spare.calls).toEqual([])
    await clock.pass(1)
    const event = sampleEvent()
    expect(await publish(event)).toEqual({ destination: 'main', outcome: 'fallback', seconds: 0.01 })
    expect(spare.calls.map(({ event }) => event)).toEqual([{ ...event, fallbackfor: 'main' }])
    expect(Object.isFrozen(spare.calls[0]?.event)).toBe(true)
    expect(main.calls.at(-1)?.event).toEqual(event)
    await publish()
    expect(onFallback).toHaveBeenCalledTimes(2)
    expect(lines).toEqual(['unavailable for too long; its events go to its fallback'])
  })

  test('an event that hangs on its destination is taken to the fallback when it becomes due', async () => {
    const { clock, main, spare, publish } = create('unavailable')
    await publish()
    await clock.pass(AFTER - 3000)
    main.outcome = undefined
    const publishing = publish()
    await clock.pass(2999)
    expect(spare.calls).toEqual([])
    await clock.pass(1)
    expect(spare.calls).toHaveLength(1)
    expect((await publishing).outcome).toBe('fallback')
    expect(main.calls).toHaveLength(2)
  })

  test('one that hangs is taken there when it has waited for half of its time', async () => {
    const { clock, main, spare, publish } = await createDue()
    main.outcome = undefined
    const publishing = publish()
    await clock.pass(PATIENCE - 1)
    expect(spare.calls).toEqual([])
    await clock.pass(1)
    expect((await publishing).outcome).toBe('fallback')
  })

  test('one that was under way before the outage is taken there too', async () => {
    const { clock, main, spare, publish } = create()
    const early = publish()
    main.outcome = 'unavailable'
    expect((await publish()).outcome).toBe('unavailable')
    await clock.pass(ACKNOWLEDGE)
    expect((await early).outcome).toBe('unavailable')
    await clock.pass(AFTER - ACKNOWLEDGE)
    expect((await publish()).outcome).toBe('fallback')
    expect(spare.calls).toHaveLength(1)
  })

  test('a destination that never connected is due so long after the start, whatever was published meanwhile', async () => {
    const { clock, main, publish } = create()
    main.connected = false
    await clock.pass(AFTER / 2)
    expect((await publish()).outcome).toBe('unavailable')
    await clock.pass(AFTER / 2)
    expect((await publish()).outcome).toBe('fallback')
    main.connected = true
    main.outcome = 'accepted'
    expect((await publish()).outcome).toBe('accepted')
  })

  test('a destination that never connected needs no event to be due', async () => {
    const { clock, main, publish } = create()
    main.connected = false
    await clock.pass(AFTER)
    expect((await publish()).outcome).toBe('fallback')
  })
})

describe('the destination itself', () => {
  test('is tried with one event at a time, once an event has gone to the fallback', async () => {
    const { clock, main, spare, publish } = await createDue()
    expect((await publish()).outcome).toBe('fallback')
    main.outcome = undefined
    const [asked, diverted] = [main.calls.length, spare.calls.length]
    const probe = publish()
    expect((await Promise.all([publish(), publish()])).map(({ outcome }) => outcome)).toEqual(['fallback', 'fallback'])
    expect(main.calls).toHaveLength(asked + 1)
    expect(spare.calls).toHaveLength(diverted + 2)
    await clock.pass(PATIENCE / 4)
    expect((await probe).outcome).toBe('fallback')
    void publish()
    expect(main.calls).toHaveLength(asked + 2)
    void publish()
    expect(main.calls).toHaveLength(asked + 2)
  })

  test('has all its events, when there was one failure long ago and silence ever since', async () => {
    const { main, spare, publish } = await createDue()
    main.outcome = 'accepted'
    const burst = await Promise.all([publish(), publish(), publish()])
    expect(burst.map(({ outcome }) => outcome)).toEqual(['accepted', 'accepted', 'accepted'])
    expect(spare.calls).toEqual([])
  })

  test('is told that it need not take an event which the fallback has', async () => {
    const { clock, main, publish } = await createDue()
    main.outcome = undefined
    const probe = publish()
    await clock.pass(PATIENCE)
    expect((await probe).outcome).toBe('fallback')
    expect(main.calls.at(-1)?.signal.aborted).toBe(true)
  })

  test('has its events back as soon as it takes one', async () => {
    const { clock, main, spare, publish, lines } = await createDue()
    expect((await publish()).outcome).toBe('fallback')
    main.outcome = 'accepted'
    expect((await publish()).outcome).toBe('accepted')
    expect((await Promise.all([publish(), publish()])).map(({ outcome }) => outcome)).toEqual(['accepted', 'accepted'])
    expect(spare.calls).toHaveLength(1)
    expect(lines).toEqual([
      'unavailable for too long; its events go to its fallback',
      'available again; its events are its own again'
    ])
    // The next outage is another one.
    main.outcome = 'unavailable'
    expect((await publish()).outcome).toBe('unavailable')
    await clock.pass(AFTER)
    expect((await publish()).outcome).toBe('fallback')
    expect(lines).toHaveLength(3)
  })
})

describe('a fallback that does not take it', () => {
  test.each<[Outcome, string]>([
    ['unavailable', 'spare is down.'],
    ['refused', 'spare takes 10 bytes.']
  ])('%s: later, and both are named', async (outcome, reason) => {
    const { spare, publish, onFallback } = await createDue()
    spare.outcome = outcome
    const result = await publish()
    expect(result).toMatchObject({ destination: 'main', outcome: 'unavailable' })
    expect(result.refusal).toBeInstanceOf(UnavailableError)
    expect(result.refusal?.message).toBe(`main is down. Its fallback "spare" has not taken the event either: ${reason}`)
    expect(onFallback).not.toHaveBeenCalled()
  })

  test('leaves the event to a destination that comes to it after all', async () => {
    for (const outcome of ['accepted', 'refused'] as const) {
      const { clock, main, spare, publish } = await createDue()
      main.outcome = undefined
      spare.outcome = 'unavailable'
      const publishing = publish()
      await clock.pass(PATIENCE)
      expect(spare.calls).toHaveLength(1)
      main.calls.at(-1)?.answer(outcome)
      expect((await publishing).outcome).toBe(outcome)
    }
  })

  test('and a destination that does not either: by the deadline, and both are named', async () => {
    const { clock, main, spare, publish } = await createDue()
    main.outcome = undefined
    spare.outcome = undefined
    const publishing = publish()
    await clock.pass(ACKNOWLEDGE)
    const { outcome, refusal } = await publishing
    expect(outcome).toBe('unavailable')
    expect(refusal?.message).toBe(
      'Destination "main" is unavailable. See its earlier errors in the log. Its fallback "spare" has not taken the event either: spare had not accepted the event in time.'
    )
    expect(clock.sleepers).toBe(0)
  })
})

describe('a late acceptance is told', () => {
  test.each(['main', 'spare'] as const)('by %s', async name => {
    const created = await createDue()
    const { clock, main, spare, publish, onLateAcceptance, onFallback } = created
    main.outcome = undefined
    spare.outcome = undefined
    const publishing = publish()
    await clock.pass(ACKNOWLEDGE)
    expect((await publishing).outcome).toBe('unavailable')
    expect(onLateAcceptance).not.toHaveBeenCalled()
    created[name].calls.at(-1)?.answer('accepted')
    expect(onLateAcceptance).toHaveBeenCalledTimes(1)
    expect(onFallback).toHaveBeenCalledTimes(name === 'spare' ? 1 : 0)
  })
})
