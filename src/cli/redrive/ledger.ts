import { once } from 'node:events'
import type { Writable } from 'node:stream'

/**
 * What became of one event at one destination. `refused` may be for good; `unavailable` may succeed when the command is
 * repeated; `unreadable` is no event; `skipped` is neither a dead letter nor a fallback event, and where it belongs.
 */
export interface Entry {
  readonly line: number
  /** The id of the event that was published; of the one in the line where there was none. */
  readonly id?: string
  readonly destination?: string
  readonly outcome: 'published' | 'refused' | 'unavailable' | 'unreadable' | 'skipped' | 'not tried'
  readonly reason?: string
}

/** Whether nothing is left to do. */
export function isDone({ outcome }: Pick<Entry, 'outcome'>): boolean {
  return outcome === 'published' || outcome === 'skipped'
}

export interface Ledger {
  /** Whether every entry so far is done. */
  readonly complete: boolean
  /** Writes the entry; resolves when there is room for another. */
  record(entry: Entry): Promise<void>
  /** Writes how many of each outcome there were, for each destination and in total. */
  summarize(): void
}

/** A broker's message may quote what it was sent. */
const LONGEST_REASON = 1000

/** Keeps the ledger on a stream: each entry a line with tabs between line, id, destination, outcome, reason; `-` for none. */
export function createLedger(stream: Writable): Ledger {
  const counts = new Map<string, Map<string, number>>()
  let complete = true
  let draining: Promise<unknown> | undefined
  return {
    get complete() {
      return complete
    },
    async record({ line, id = '-', destination, outcome, reason = '-' }) {
      complete &&= isDone({ outcome })
      const outcomes = counts.get(destination ?? NOWHERE) ?? new Map<string, number>()
      counts.set(destination ?? NOWHERE, outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1))
      const cells = [line, id, destination ?? '-', outcome, reason.slice(0, LONGEST_REASON)]
      const text = cells.map(cell => String(cell).replace(/\p{Cc}/gu, ' ')).join('\t')
      if (stream.write(`${text}\n`)) return
      draining ??= once(stream, 'drain').finally(() => {
        draining = undefined
      })
      await draining
    },
    summarize() {
      const total = new Map<string, number>()
      for (const outcomes of counts.values()) {
        for (const [outcome, count] of outcomes) total.set(outcome, (total.get(outcome) ?? 0) + count)
      }
      for (const [name, outcomes] of [...counts, ['total', total] as const]) {
        stream.write(`${name}: ${summaryOf(outcomes)}\n`)
      }
    }
  }
}

const NOWHERE = 'no destination'

/** `3 of 5 published, 1 refused, 1 unavailable` */
function summaryOf(outcomes: ReadonlyMap<string, number>): string {
  const all = [...outcomes.values()].reduce((sum, count) => sum + count, 0)
  const others = [...outcomes].filter(([outcome]) => outcome !== 'published')
  const published = `${outcomes.get('published') ?? 0} of ${all} published`
  return [published, ...others.map(([outcome, count]) => `${count} ${outcome}`)].join(', ')
}
