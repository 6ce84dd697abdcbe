import { expect, it } from 'vitest'
import { balance } from './balance.ts'
import type { Found } from './cast/server.ts'
import type { Happened } from './play.ts'
import type { Sent } from './sender.ts'

const happened = (victim: Happened['victim'], trouble = 'any'): Happened => ({
  kind: `${victim} ${trouble}`,
  victim,
  begin: 1000,
  end: 2000
})

/** A webhook whose deliveries last from each of these times for 100 ms; the last is acknowledged. */
const sent = (id: string, ...begins: readonly number[]): Sent => ({
  id,
  publishable: true,
  answers: begins.map((begin, index) => ({
    status: index === begins.length - 1 ? 204 : 503,
    code: undefined,
    latency: 100,
    begin,
    end: begin + 100
  }))
})

const record = (id: string, fallbackFor?: string, subject?: string): Found => ({ id, subject, fallbackFor })

/** The rows by destination, of one chapter: unless told, everything that was sent is in every destination once. */
function rowsOf(all: readonly Sent[], faults: readonly Happened[], found: Readonly<Record<string, readonly Found[]>>) {
  const once = all.filter(({ publishable }) => publishable).map(({ id }) => record(id))
  const chapters = [{ begin: 0, end: 9000, faults, sent: all }]
  const rows = balance({ chapters, found: { kafka: once, pubsub: once, eventbridge: once, ...found } })
  return Object.fromEntries(rows.map(({ destination, ...row }) => [destination, row]))
}

const whole = { found: 1, duplicates: 0, lost: [], foreign: [], unexplained: [] }

it('finds everything', () => {
  const rows = rowsOf([sent('a', 0)], [], {})
  for (const name of ['kafka', 'pubsub', 'eventbridge']) expect(rows[name]).toMatchObject({ sent: 1, ...whole })
  expect(rows['parking']).toMatchObject({ ...whole, sent: 0, found: 0 })
})

it('misses what is not there', () => {
  const rows = rowsOf([sent('a', 0), sent('b', 0)], [happened('replicas')], { pubsub: [record('a')] })
  expect(rows['pubsub']).toMatchObject({ sent: 2, found: 1, lost: ['b'] })
  expect(rows['kafka']).toMatchObject({ sent: 2, found: 2, lost: [] })
})

it('counts what is in the fallback, of the one destination that has it', () => {
  const instead = { eventbridge: [], pubsub: [], reserve: [record('a', 'eventbridge'), record('a', 'pubsub')] }
  const rows = rowsOf([sent('a', 0)], [], instead)
  expect(rows['eventbridge']).toMatchObject({ ...whole, fallback: 1 })
  expect(rows['pubsub']).toMatchObject({ lost: ['a'] })
  expect(rows['parking']).toMatchObject({ foreign: ['a'] })
})

it('sees what was never sent, and what is forged under an id that was', () => {
  const forged = record('a', undefined, 'batches/forged')
  const rows = rowsOf([sent('a', 0)], [], { kafka: [record('a'), record('x')], pubsub: [forged] })
  expect(rows['kafka']).toMatchObject({ foreign: ['x'] })
  expect(rows['pubsub']).toMatchObject({ foreign: ['a'] })
})

it('expects what is no event in the dead letter alone', () => {
  const odd = { ...sent('a', 0), publishable: false }
  const parking = [record('a.dead_letter.envelope')]
  expect(rowsOf([odd], [], { parking })['parking']).toMatchObject({ sent: 1, ...whole })
  expect(rowsOf([odd], [], {})['parking']).toMatchObject({ lost: ['a.dead_letter.envelope'] })
  expect(rowsOf([odd], [], { parking, kafka: [record('a')] })['kafka']).toMatchObject({ foreign: ['a'] })
})

it('explains a duplicate by a fault that hit a delivery on its way there, and by no other', () => {
  const twice = { kafka: [record('a'), record('a')] }
  const unexplained = (faults: readonly Happened[], one = sent('a', 950, 3000)) =>
    rowsOf([one], faults, twice)['kafka']?.unexplained.length
  for (const victim of ['kafka', 'redis', 'replica 1', 'replicas'] as const)
    expect(unexplained([happened(victim)], sent('a', 950, 3000))).toBe(0)
  for (const victim of ['pubsub', 'eventbridge'] as const) expect(unexplained([happened(victim)])).toBe(1)
  expect(unexplained([])).toBe(1)
  expect(unexplained([happened('kafka')], sent('a', 3950))).toBe(0)
  expect(unexplained([happened('kafka')], sent('a', 4050))).toBe(1)
  expect(unexplained([happened('kafka')], sent('a', 850))).toBe(1)
  // What is not yet sent is not hit by a kill. What Redis has forgotten is missed later.
  expect(unexplained([happened('replica 1', 'drained')], sent('a', 1500, 3000))).toBe(0)
  expect(unexplained([happened('replica 1', 'killed')], sent('a', 1500, 3000))).toBe(1)
  expect(unexplained([happened('redis')], sent('a', 2050, 3000))).toBe(0)
})

it('bounds duplicates by what was in flight, times the attempts', () => {
  const bound = (one: Sent, ...faults: readonly Happened[]) => rowsOf([one], faults, {})['kafka']?.bound
  const often = sent('a', 900, 1100, 1300, 1500, 3000)
  // A request to the broker is made twice at most, by each of two replicas.
  expect(bound(often, happened('kafka'))).toBe(4)
  // Each of two replicas knows what it has published.
  expect(bound(often, happened('redis'))).toBe(2)
  expect(bound(often, happened('redis'), happened('kafka'))).toBe(6)
  // Nothing is published more often than it was delivered, or the broker asked.
  expect(bound(sent('a', 1500), happened('redis'))).toBe(0)
  expect(bound(sent('a', 1500), happened('kafka'))).toBe(1)
  expect(bound(sent('a', 1500, 1700), happened('replica 1'), happened('redis'))).toBe(1)
  expect(bound(sent('a', 500, 4500), happened('kafka'))).toBe(0)
})

it('counts duplicates, and finds those beyond the bound', () => {
  const copies = (count: number) => ({ kafka: Array.from({ length: count }, () => record('a')) })
  const row = (count: number) => rowsOf([sent('a', 1500)], [happened('kafka')], copies(count))['kafka']
  expect(row(2)).toMatchObject({ duplicates: 1, bound: 1, unexplained: [] })
  expect(row(3)).toMatchObject({ duplicates: 2, unexplained: ['a is there 3 times, and may be 2 times'] })
})

it('allows a copy in the fallback to the first events after an outage that nobody has noticed the end of', () => {
  const outage = happened('eventbridge')
  const rowWith = (faults: readonly Happened[], begin: number) => {
    const chapters = [
      { begin: 0, end: 9000, faults, sent: [] },
      { begin: 9000, end: 20_000, faults: [], sent: [sent('a', begin)] }
    ]
    const once = [record('a')]
    const found = { kafka: [...once, ...once], pubsub: once, eventbridge: once, reserve: [record('a', 'eventbridge')] }
    return Object.fromEntries(
      balance({ chapters, found }).map(({ destination, unexplained }) => [destination, unexplained])
    )
  }
  expect(rowWith([outage], 9100)['eventbridge']).toEqual([])
  expect(rowWith([outage], 9000 + 2001)['eventbridge']).toHaveLength(1)
  expect(rowWith([], 9100)['eventbridge']).toHaveLength(1)
  expect(rowWith([happened('kafka')], 9100)['eventbridge']).toHaveLength(1)
  expect(rowWith([outage, happened('kafka')], 9100)['kafka']).toHaveLength(1)
})
