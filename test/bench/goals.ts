/** What the bridge is to reach, and whether it does: ratios within one run, since absolute figures are the machine's. */
import type { Quantity } from './measure.ts'
import type { Results } from './results.ts'
import { median } from './statistics.ts'
import { ratiosTo } from './tables.ts'

export interface Goal {
  readonly goal: string
  /** A ratio, unless a unit says otherwise. */
  readonly most?: number
  readonly least?: number
  readonly unit?: string
  measured(results: Results): number
}

const KAFKAJS = 'bridge'
const PLATFORMATIC = 'bridge, platformatic'

function ratio(contender: string, to: string, connections: number, of: Quantity) {
  return ({ kafka }: Results) => (kafka ? median(ratiosTo(kafka.of, to, contender, connections, of)) : Number.NaN)
}

function toHand(contender: string, connections: number, of: Quantity, most: number): Goal {
  const what = { cpu: 'CPU per event', p50: 'p50', p99: 'p99' }[of as string] ?? of
  const goal = `${contender}: ${what} to that of the handler by hand, c=${connections}`
  return { goal, most, measured: ratio(contender, 'by hand', connections, of) }
}

function toPrototype(contender: string, prototype: string): Goal {
  const goal = `${contender}: throughput to that of its ${prototype}, c=32`
  return { goal, least: 0.8, measured: ratio(contender, prototype, 32, 'rate') }
}

function resident(contender: string, goal: string, most: number, of: 'idle' | 'peak'): Goal {
  const measured = ({ resident }: Results) =>
    resident?.of.find(each => each.contender === contender)?.[of] ?? Number.NaN
  return { goal: `${contender}: ${goal}`, most, unit: 'MiB', measured }
}

/** The dearest event to the cheapest, over all rates that were offered. */
function flat(contender: string): Goal {
  const measured = ({ flat }: Results) => {
    const costs = flat?.of.paced.filter(each => each.contender === contender).map(({ cpu }) => cpu) ?? []
    return Math.max(...costs) / Math.min(...costs)
  }
  return { goal: `${contender}: dearest to cheapest event, 10 to 10,000 a second`, most: 1.1, measured }
}

function beside(contender: string): Goal {
  const measured = ({ flat }: Results) =>
    flat ? median(ratiosTo(flat.of.beside, flat.of.beside.baseline, contender, 32, 'cpu')) : Number.NaN
  return { goal: `CPU per event with ${contender}, to that with one`, most: 1.1, measured }
}

export const GOALS: readonly Goal[] = [
  toHand(KAFKAJS, 32, 'cpu', 0.83),
  toHand(KAFKAJS, 128, 'cpu', 1.29),
  toHand(PLATFORMATIC, 32, 'cpu', 0.83),
  toHand(PLATFORMATIC, 128, 'cpu', 0.65),
  ...[1, 8, 32, 128].map(connections => toHand(PLATFORMATIC, connections, 'p50', 1)),
  toHand(PLATFORMATIC, 32, 'p99', 0.5),
  toPrototype(KAFKAJS, 'prototype'),
  toPrototype(PLATFORMATIC, 'prototype, platformatic'),
  {
    goal: 'start of the process to the first 204 in Kafka, to that of a bare bundle',
    most: 1.25,
    measured: ({ 'start-up': startUp }) =>
      startUp ? median(startUp.of.bridge.map(({ ms }) => ms)) / median(startUp.of.bare.map(({ ms }) => ms)) : Number.NaN
  },
  resident(KAFKAJS, 'resident memory when idle', 90, 'idle'),
  resident(PLATFORMATIC, 'resident memory when idle', 90, 'idle'),
  resident(KAFKAJS, 'most resident memory at c=512', 256, 'peak'),
  resident(PLATFORMATIC, 'most resident memory at c=512', 200, 'peak'),
  flat(KAFKAJS),
  flat(PLATFORMATIC),
  beside('50 routes'),
  beside('100000 ids')
]

/** Rows of a table: the goal, its bound, what was measured, and whether it holds. */
export function judge(results: Results, goals: readonly Goal[] = GOALS): string[][] {
  return goals.map(({ goal, most, least, unit = '', measured }) => {
    const found = measured(results)
    const show = (number: number) => (unit === '' ? number.toFixed(2) : `${number.toFixed(0)} ${unit}`)
    const bound = most === undefined ? `≥ ${show(least ?? 0)}` : `≤ ${show(most)}`
    if (!Number.isFinite(found)) return [goal, bound, 'not measured', '']
    return [goal, bound, show(found), found <= (most ?? found) && found >= (least ?? found) ? 'yes' : 'NO']
  })
}
