/** Results as Markdown, which a terminal shows as well. */
import type { Quantity } from './measure.ts'
import type { Cell, Result } from './rounds.ts'
import { median, ratios } from './statistics.ts'

const QUANTITIES: readonly { readonly of: Quantity; readonly head: string; readonly digits: number }[] = [
  { of: 'rate', head: 'req/s', digits: 0 },
  { of: 'p50', head: 'p50 ms', digits: 2 },
  { of: 'p99', head: 'p99 ms', digits: 2 },
  { of: 'cpu', head: 'CPU-s per 1,000', digits: 3 },
  { of: 'rss', head: 'peak RSS MiB', digits: 0 },
  { of: 'waited', head: 'waited %', digits: 0 }
]
const COMPARED = QUANTITIES.filter(({ of }) => of !== 'waited')
const heads = (of: typeof QUANTITIES) => ['', 'c', ...of.map(({ head }) => head)]

/** Columns as wide as their widest cell; numbers on the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((name, at) => Math.max(3, name.length, ...rows.map(row => row[at]?.length ?? 0)))
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join(' | ')} |`
  const rule = widths.map((width, at) => (at === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`))
  return [line(head), `|${rule.join('|')}|`, ...rows.map(line)].join('\n')
}

/** The middle one, with the least and the greatest. */
export function spread(numbers: readonly number[], digits: number): string {
  const [middle, least, greatest] = [median(numbers), Math.min(...numbers), Math.max(...numbers)]
  const show = (number: number) =>
    number.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })
  return numbers.length > 1 ? `${show(middle)} (${show(least)}–${show(greatest)})` : show(middle)
}

/** Every contender's medians, with the least and the greatest of the rounds. */
export function measuredTable({ cells }: Result): string {
  const rows = cells.map(({ contender, connections, rounds }) => [
    contender,
    String(connections),
    ...QUANTITIES.map(({ of, digits }) => spread(valuesOf(rounds, of), digits))
  ])
  return table(heads(QUANTITIES), rows)
}

/** Each round's ratio to the baseline in the same round: their median, the least and the greatest. */
export function ratioTable(result: Result): string {
  const rows = result.cells
    .filter(({ contender }) => contender !== result.baseline)
    .map(({ contender, connections }) => [
      contender,
      String(connections),
      ...COMPARED.map(({ of }) => spread(ratiosTo(result, result.baseline, contender, connections, of), 2))
    ])
  return table(heads(COMPARED), rows)
}

/** One contender's ratio to another, round by round; none where one of them was not measured so. */
export function ratiosTo(
  { cells }: Pick<Result, 'cells'>,
  to: string,
  contender: string,
  connections: number,
  quantity: Quantity
): number[] {
  const find = (name: string) => cells.find(cell => cell.contender === name && cell.connections === connections)
  const [own, other] = [find(contender), find(to)]
  return own && other ? ratios(valuesOf(own.rounds, quantity), valuesOf(other.rounds, quantity)) : []
}

export function ledgerTable({ ledger }: Result): string {
  const count = (number: number) => number.toLocaleString('en')
  const rows = ledger.map(({ contender, acknowledged, records }) => [contender, count(acknowledged), count(records)])
  return table(['', '204s', 'records'], rows)
}

function valuesOf(rounds: Cell['rounds'], quantity: Quantity): number[] {
  return rounds.map(round => round[quantity])
}
