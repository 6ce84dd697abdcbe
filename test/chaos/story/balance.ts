/** What arrived, beside what was sent. */
import type { Found } from './cast/server.ts'
import { DEAD_LETTER, FALLBACK, LIMITS } from './configuration.ts'
import { DESTINATIONS, type DestinationName, isOurs } from './fault.ts'
import { FORGED_JOB } from './forger.ts'
import type { Happened } from './play.ts'
import type { Answered, Sent } from './sender.ts'
import type { Chapter, Chronicle } from './story.ts'

/** One destination's line in the ledger. */
export interface Row {
  readonly destination: string
  /** Events that belong here. */
  readonly sent: number
  /** Those of them that are here, or in the fallback. */
  readonly found: number
  /** Of these, those that are in the fallback. */
  readonly fallback: number
  /** Copies beside the first. */
  readonly duplicates: number
  /** How many there may be. */
  readonly bound: number
  readonly lost: readonly string[]
  /** Never sent, not signed, or no event of this destination. */
  readonly foreign: readonly string[]
  /** Here more often than the faults explain which hit them. */
  readonly unexplained: readonly string[]
}

/** How many may publish the same event without knowing of each other. */
const REPLICAS = 2
/** How often an adapter asks its broker within one delivery, when it gets no answer. */
const REQUESTS = 2

/** How long a process lives on that is killed, and this process believes that it has not yet killed it. */
const DYING_MS = 100

/** The rows of the required destinations, and of the dead letter. */
export function balance({ chapters, found }: Pick<Chronicle, 'chapters' | 'found'>): Row[] {
  const records = (name: string) => found[name] ?? []
  const saved = records(FALLBACK.to)
  const rows = DESTINATIONS.map(destination => {
    const instead = saved.filter(({ fallbackFor }) => fallbackFor === destination)
    return rowOf(destination, chapters, {
      there: records(destination),
      instead: destination === FALLBACK.from ? instead : [],
      idOf: ({ id, publishable }) => (publishable ? id : undefined)
    })
  })
  const parked = rowOf(DEAD_LETTER, chapters, {
    there: records(DEAD_LETTER),
    instead: [],
    idOf: ({ id, publishable }) => (publishable ? undefined : `${id}.dead_letter.envelope`)
  })
  const stray = saved.filter(({ fallbackFor }) => fallbackFor !== FALLBACK.from).map(({ id }) => id)
  return [...rows, { ...parked, foreign: [...parked.foreign, ...stray] }]
}

interface Arrived {
  readonly there: readonly Found[]
  readonly instead: readonly Found[]
  /** The id that the destination knows a webhook by; undefined if it is none of its own. */
  readonly idOf: (sent: Sent) => string | undefined
}

function rowOf(
  destination: DestinationName | typeof DEAD_LETTER,
  chapters: readonly Chapter[],
  { there, instead, idOf }: Arrived
): Row {
  const copies = new Map<string, number>()
  for (const { id } of [...there, ...instead]) copies.set(id, (copies.get(id) ?? 0) + 1)
  const forged = [...there, ...instead].filter(({ subject }) => subject?.includes(FORGED_JOB)).map(({ id }) => id)
  const row = { sent: 0, found: 0, duplicates: 0, bound: 0 }
  const lost: string[] = []
  const unexplained: string[] = []
  for (const [index, chapter] of chapters.entries()) {
    const unnoticed = destination === FALLBACK.from ? unnoticedMends(chapters[index - 1], chapter) : []
    const faults = [...unnoticed, ...chapter.faults.filter(({ victim }) => concerns(victim, destination))]
    for (const sent of chapter.sent) {
      const id = idOf(sent)
      if (id === undefined) continue
      const count = copies.get(id) ?? 0
      const bound = mayRepeat(sent, faults, chapter)
      row.sent += 1
      row.bound += bound
      if (count > 0) row.found += 1
      else lost.push(id)
      row.duplicates += Math.max(0, count - 1)
      if (count > 1 + bound) unexplained.push(`${id} is there ${count} times, and may be ${1 + bound} times`)
      copies.delete(id)
    }
  }
  const fallback = new Set(instead.map(({ id }) => id)).size
  return { destination, ...row, fallback, lost, foreign: [...copies.keys(), ...forged], unexplained }
}

/**
 * What was mended in the chapter before, and a replica may not have noticed: its last events went to the fallback. The
 * first of the next chapter are tried on the destination, and in the fallback too if that takes long.
 */
function unnoticedMends(before: Chapter | undefined, { begin }: Chapter): readonly Happened[] {
  const faults = before?.faults.filter(({ victim }) => victim === FALLBACK.from) ?? []
  return faults.map(fault => ({ ...fault, end: begin }))
}

/**
 * Whether trouble here may repeat what goes there. That of another destination may not: after a partial success, a
 * redelivery goes only where the event is missing.
 */
function concerns(victim: Happened['victim'], destination: DestinationName | typeof DEAD_LETTER): boolean {
  if (isOurs(victim) || victim === 'redis' || victim === destination) return true
  // The dead letter and the fallback are topics of Kafka's.
  return victim === 'kafka' && (destination === DEAD_LETTER || destination === FALLBACK.from)
}

/**
 * How often a webhook may have been written again: for each fault that hit it in flight, as often as was attempted. A
 * replica knows what it has published itself, so that by one fault each repeats an event once.
 */
function mayRepeat({ answers }: Sent, faults: readonly Happened[], chapter: Chapter): number {
  const hits = faults.map(fault => ({ fault, hit: answers.filter(answer => isHit(answer, fault, chapter)) }))
  const repeats = hits.reduce((sum, { fault, hit }) => sum + Math.min(hit.length, REPLICAS) * requestsOf(fault), 0)
  const requests = answers.map(answer =>
    Math.max(1, ...hits.map(({ fault, hit }) => (hit.includes(answer) ? requestsOf(fault) : 1)))
  )
  return Math.min(repeats, requests.reduce((sum, count) => sum + count, 0) - 1)
}

/** How often a broker may be asked within one delivery, when this is wrong. */
function requestsOf({ victim }: Happened): number {
  return isOurs(victim) || victim === 'redis' ? 1 : REQUESTS
}

function isHit(answer: Answered, fault: Happened, chapter: Chapter): boolean {
  return answer.end >= fault.begin && answer.begin <= lastHit(fault, chapter)
}

/** Until when a fault may still hit what begins. */
function lastHit({ kind, victim, begin, end }: Happened, chapter: Chapter): number {
  // A memory that was lost, or could not be asked, is missed until the last that might be in it has arrived.
  if (victim === 'redis') return chapter.end
  if (isOurs(victim)) return kind.endsWith('killed') ? begin + DYING_MS : end
  // A broker that is back is noticed when an event that is tried on it arrives, which has a delivery's time for that;
  // until then its fallback is in use, and may get that event too.
  return end + LIMITS.acknowledge
}
