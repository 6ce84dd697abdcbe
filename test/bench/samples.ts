import type { Measure } from './measure.ts'
import type { Cell, Result } from './rounds.ts'

/** A comparison that nobody has measured: each contender's CPU per event in each round, and all else alike. */
export function resultWith(cpus: Readonly<Record<string, readonly number[]>>, connections = 32): Result {
  const measure = (cpu: number): Measure => ({
    rate: 1000,
    p50: 2,
    p99: 9,
    cpu,
    rss: 100,
    waited: 1,
    acknowledged: 1000
  })
  const cells = Object.entries(cpus).map(([contender, each]): Cell => {
    return { contender, connections, rounds: each.map(measure) }
  })
  return {
    baseline: 'by hand',
    seconds: 1,
    cells,
    ledger: [{ contender: 'bridge', acknowledged: 1000, records: 1001 }]
  }
}

export function measured<T>(of: T) {
  return { date: '2026-01-02', command: 'npm run bench', machine: 'a machine', versions: 'versions', of }
}
