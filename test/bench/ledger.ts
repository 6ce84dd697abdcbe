import type { Comparison } from './contender.ts'

/** What a contender has acknowledged in all, warm-ups included, and what the broker has of it. */
export interface LedgerLine {
  readonly contender: string
  readonly acknowledged: number
  /** May be more: what was in flight at the end of a measurement nobody has waited for. */
  readonly records: number
}

/** Counts acknowledgements, and in the end the broker's records. */
export function openLedger({ accepted }: Pick<Comparison, 'accepted'>) {
  const acknowledged = new Map<string, number>()
  return {
    add(contender: string, count: number): void {
      acknowledged.set(contender, (acknowledged.get(contender) ?? 0) + count)
    },
    /** @throws when an acknowledged event is not there */
    async close(): Promise<readonly LedgerLine[]> {
      const lines: LedgerLine[] = []
      for (const [contender, count] of acknowledged) {
        const records = await accepted?.(contender)
        if (records === undefined) continue
        if (records < count) throw new Error(`${contender} acknowledged ${count}, and the broker has ${records}`)
        lines.push({ contender, acknowledged: count, records })
      }
      return lines
    }
  }
}
