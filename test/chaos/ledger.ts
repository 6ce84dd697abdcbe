/**
 * What the sender was told, beside what an independent consumer has read:
 *
 *     const ledger = balance(await load.stop(), ids)
 *     expectNothingLost(ledger)
 */
import { expect } from 'vitest'
import { type Delivery, isAcknowledged } from './load.ts'

export interface Ledger {
  readonly sent: number
  readonly acknowledged: number
  /** Acknowledged, and not there: what must never be. */
  readonly lost: readonly string[]
  /** Copies of one event beside its first. */
  readonly duplicates: number
  /** Refused, and there all the same: Gemini's redelivery makes a duplicate of it. */
  readonly refusedButThere: number
  /** There, and never sent. */
  readonly foreign: readonly string[]
}

/** @param arrived the id of each record that the consumer has read, as often as it has read it */
export function balance(deliveries: readonly Delivery[], arrived: readonly string[]): Ledger {
  const there = new Set(arrived)
  const acknowledged = new Set(deliveries.filter(isAcknowledged).map(({ id }) => id))
  const sent = new Set(deliveries.map(({ id }) => id))
  return {
    sent: sent.size,
    acknowledged: acknowledged.size,
    lost: [...acknowledged].filter(id => !there.has(id)),
    duplicates: arrived.length - there.size,
    refusedButThere: [...there].filter(id => sent.has(id) && !acknowledged.has(id)).length,
    foreign: [...there].filter(id => !sent.has(id))
  }
}

/** Fails with the ids that are lost. Prints the ledger in one line. */
export function expectNothingLost(ledger: Ledger, title: string): void {
  const { lost, foreign, ...counts } = ledger
  const said = Object.entries({ ...counts, lost: lost.length }).map(([name, count]) => `${name} ${count}`)
  process.stdout.write(`${title}: ${said.join(', ')}\n`)
  expect(lost, 'acknowledged, and not there').toEqual([])
  expect(foreign, 'there, and never sent').toEqual([])
}
