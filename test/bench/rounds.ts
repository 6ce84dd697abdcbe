import type { Comparison } from './contender.ts'
import { type LedgerLine, openLedger } from './ledger.ts'
import { type Measure, measure } from './measure.ts'
import { type Server, startServer } from './server.ts'

/** What one contender did over so many connections, once a round. */
export interface Cell {
  readonly contender: string
  readonly connections: number
  readonly rounds: readonly Measure[]
}

export interface Result {
  readonly baseline: string
  readonly seconds: number
  readonly cells: readonly Cell[]
  readonly ledger: readonly LedgerLine[]
}

export interface Effort {
  readonly rounds: number
  /** Of one measurement; whole ones. */
  readonly seconds: number
  /** Instead of the comparison's own. */
  readonly connections?: readonly number[] | undefined
}

const FILLING = { connections: 64, seconds: 5 }
/** What a server takes until its code is compiled, and then until it knows a number of connections. */
const [COMPILING_SECONDS, WARM_UP_SECONDS] = [2, 1]

/**
 * Measures every contender once a round, in turn, so that what disturbs the machine disturbs all alike. Of what
 * comes first, to warm up, only the ledger knows.
 * @throws when a broker has fewer events than were acknowledged
 */
export async function compare(comparison: Comparison, effort: Effort, note: (line: string) => void): Promise<Result> {
  const { contenders, baseline } = comparison
  const running: { readonly name: string; readonly server: Server }[] = []
  const ledger = openLedger(comparison)
  try {
    for (const { name, program, before = 0 } of contenders) {
      const server = await startServer(program)
      running.push({ name, server })
      for (let sent = 0; sent < before; ) {
        const { acknowledged } = await measure(server, FILLING.connections, FILLING.seconds)
        ledger.add(name, acknowledged)
        sent += acknowledged
      }
    }
    const cells: Cell[] = []
    for (const connections of effort.connections ?? comparison.connections) {
      const once = async (seconds: number) => {
        const round = new Map<string, Measure>()
        for (const { name, server } of running) {
          const measured = await measure(server, connections, seconds)
          ledger.add(name, measured.acknowledged)
          round.set(name, measured)
        }
        return round
      }
      await once(cells.length === 0 ? COMPILING_SECONDS : WARM_UP_SECONDS)
      const rounds: ReadonlyMap<string, Measure>[] = []
      for (let round = 1; round <= effort.rounds; round++) {
        note(`${connections} connections, round ${round} of ${effort.rounds}`)
        rounds.push(await once(effort.seconds))
      }
      for (const { name } of running) {
        const own = rounds.flatMap(round => round.get(name) ?? [])
        cells.push({ contender: name, connections, rounds: own })
      }
    }
    return { baseline, seconds: effort.seconds, cells, ledger: await ledger.close() }
  } finally {
    await Promise.all(running.map(({ server }) => server.stop()))
  }
}
