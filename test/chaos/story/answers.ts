/** How the senders were answered. */
import { LIMITS, SLACK_MS } from './configuration.ts'
import { isOurs } from './fault.ts'
import { type Answered, hasArrived } from './sender.ts'
import type { Chapter, Chronicle } from './story.ts'

export interface Answers {
  /** By what was answered: `503 ERR_DESTINATION`. */
  readonly signed: Readonly<Record<string, number>>
  readonly forged: Readonly<Record<string, number>>
  /** Milliseconds to the slowest answer. */
  readonly slowest: number
  /** Webhooks that were acknowledged although their timestamp was too old by then. */
  readonly old: number
  /** Answers that there must not be. */
  readonly faults: readonly string[]
}

/** A replica that listens has adapters to load still, which takes seconds where everybody wants to run. */
const STARTING_MS = 5000
const UNAVAILABLE = ['503 ERR_BUSY', '503 ERR_DRAINING']
const EXPECTED = {
  signed: ['204', '503 ERR_DESTINATION', ...UNAVAILABLE],
  forged: ['401 ERR_SIGNATURE', ...UNAVAILABLE]
}

/** @param tolerance how old a timestamp may be that is not renewed, in milliseconds */
export function judge({ chapters, forged }: Pick<Chronicle, 'chapters' | 'forged'>, tolerance: number): Answers {
  const sent = chapters.flatMap(chapter => chapter.sent)
  const signed = sent.flatMap(({ answers }) => answers)
  const faults = [
    ...sent.filter(one => !hasArrived(one)).map(({ id }) => `${id} was never acknowledged`),
    ...sent.flatMap(({ id, answers }) =>
      answers.flatMap(answer => faultOf(answer, EXPECTED.signed, chapters)).map(fault => `${id}: ${fault}`)
    ),
    ...forged.flatMap(answer => faultOf(answer, EXPECTED.forged, chapters)).map(fault => `forged: ${fault}`),
    ...chapters.filter(({ faults }) => faults.length === 0).flatMap(({ sent }) => sent.flatMap(faultInPeace))
  ]
  return {
    signed: count(signed),
    forged: count(forged),
    slowest: signed.reduce((slowest, { status, latency }) => Math.max(slowest, status ? latency : 0), 0),
    old: sent.filter(({ answers }) => (answers.at(-1)?.end ?? 0) - (answers[0]?.begin ?? 0) > tolerance).length,
    faults
  }
}

/** What was answered: a status with its code, or that nothing was. */
function nameOf({ status, code }: Answered): string {
  return [status ?? 'none', status === 204 ? undefined : code].filter(part => part !== undefined).join(' ')
}

function count(answers: readonly Answered[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const answer of answers) counts[nameOf(answer)] = (counts[nameOf(answer)] ?? 0) + 1
  return counts
}

/** Only a replica that ends may owe an answer, and every answer is one of these, in time. */
function faultOf(answer: Answered, expected: readonly string[], chapters: readonly Chapter[]): string[] {
  const { status, latency, begin, end } = answer
  const name = `${nameOf(answer)} after ${Math.round(latency)} ms`
  const lives = chapters.flatMap(({ faults }) => faults).filter(({ victim }) => isOurs(victim))
  const meets = (after: number) => lives.some(fault => fault.begin <= end && fault.end + after >= begin)
  if (status === undefined) return meets(0) ? [] : [`${name}, while both replicas ran`]
  if (!expected.includes(nameOf(answer))) return [name]
  const slack = meets(STARTING_MS) ? STARTING_MS : SLACK_MS
  return latency > LIMITS.acknowledge + slack ? [`${name}: too late`] : []
}

/** While nothing is wrong, the first delivery is acknowledged. */
function faultInPeace({ id, answers }: Chapter['sent'][number]): string[] {
  return answers.length === 1 ? [] : [`${id}: ${answers.map(nameOf).join(', ')}, although nothing was wrong`]
}
