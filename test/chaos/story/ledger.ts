/** The end of the story: whether its promises were kept, and all that was counted. */
import { type Answers, judge } from './answers.ts'
import { balance, type Row } from './balance.ts'
import { TOLERANCE_MS } from './configuration.ts'
import { KINDS, kindOf } from './fault.ts'
import type { Chapter, Chronicle, Story } from './story.ts'

export interface Ledger {
  /** For people. */
  readonly text: string
  /** Every promise that was broken, in a sentence each. None: the ledger holds. */
  readonly broken: readonly string[]
}

export function draw(chronicle: Chronicle, story: Story): Ledger {
  const { chapters, complaints } = chronicle
  const rows = balance(chronicle)
  const answers = judge(chronicle, TOLERANCE_MS)
  const kinds = countKinds(chapters)
  const sent = chapters.reduce((sum, chapter) => sum + chapter.sent.length, 0)
  const broken = [
    ...rows.flatMap(faultsOf),
    ...answers.faults,
    ...complaints.map(complaint => `a replica complains: ${complaint}`),
    ...(sent < story.events ? [`only ${sent} of ${story.events} webhooks were sent`] : []),
    ...[...kinds].filter(([, count]) => count === 0).map(([kind]) => `there was no fault of the kind: ${kind}`),
    ...(!story.renew && answers.old === 0 ? ['no webhook was old enough to be refused for that'] : []),
    ...(rows.some(({ fallback }) => fallback > 0) ? [] : ['nothing went to the fallback'])
  ]
  return {
    text: [...heading(story, chapters), ...tableOf(rows), ...answersOf(answers), ...kindsOf(kinds)].join('\n'),
    broken
  }
}

function faultsOf({ destination, lost, foreign, unexplained }: Row): string[] {
  return [
    ...lost.map(id => `${destination}: ${id} is LOST`),
    ...foreign.map(id => `${destination}: ${id} is there, and nobody sent it there`),
    ...unexplained.map(fault => `${destination}: ${fault}`)
  ]
}

function countKinds(chapters: readonly Chapter[]): Map<string, number> {
  const kinds = new Map(KINDS.flat().map(trouble => [kindOf(trouble), 0]))
  for (const { kind } of chapters.flatMap(({ faults }) => faults)) kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
  return kinds
}

function heading({ seed, events, renew }: Story, chapters: readonly Chapter[]): string[] {
  const seconds = ((chapters.at(-1)?.end ?? 0) - (chapters[0]?.begin ?? 0)) / 1000
  const timestamps = renew ? 'renewed' : 'never renewed'
  return [`seed ${seed}, ${events} webhooks, timestamps ${timestamps}: ${seconds.toFixed(0)} s`]
}

function tableOf(rows: readonly Row[]): string[] {
  const head = ['destination', 'sent', 'found', 'in fallback', 'duplicates', 'at most', 'lost', 'foreign']
  const lines = rows.map(({ destination, sent, found, fallback, duplicates, bound, lost, foreign }) =>
    [destination, sent, found, fallback, duplicates, bound, lost.length, foreign.length].map(String)
  )
  return [head, ...lines].map(cells => cells.map((cell, index) => cell.padEnd(head[index]?.length ?? 0)).join('  '))
}

function answersOf({ signed, forged, slowest, old }: Answers): string[] {
  return [
    `answers: ${listed(Object.entries(signed))}; the slowest after ${Math.round(slowest)} ms`,
    `answers to forged webhooks: ${listed(Object.entries(forged))}`,
    `acknowledged with a timestamp that was too old: ${old}`
  ]
}

function kindsOf(kinds: ReadonlyMap<string, number>): string[] {
  return [`faults: ${listed([...kinds])}`]
}

function listed(counts: readonly (readonly [string, number])[]): string {
  return counts.map(([name, count]) => `${name} ${count}`).join(', ')
}
