import { areApart, type Fault, isOurs, KINDS, type Trouble } from './fault.ts'
import { createRandom, type Random } from './random.ts'

/** Some webhooks, and what happens meanwhile. The next begins when all of them are acknowledged and all is mended. */
export interface Episode {
  readonly load: Load
  /** In the order in which they begin. None: everything works, and nothing is refused or there twice. */
  readonly faults: readonly Fault[]
}

export interface Load {
  readonly events: number
  /** How many webhooks may be in flight. */
  readonly concurrency: number
  /** Half of the senders begin at once, the others within so many milliseconds. */
  readonly span: number
}

export interface Plot {
  readonly seed: number
  /** How many webhooks in all. */
  readonly events: number
  /** Whether redeliveries have new timestamps. Otherwise the bridge has to remember whom it has refused. */
  readonly renew: boolean
  /** How old a timestamp may be, in milliseconds. One outage lasts longer. */
  readonly tolerance: number
}

const MOST_AT_ONCE = 4
const MOST_CONCURRENT = 200
/** Every kind of fault comes once, and once more for each so many webhooks. */
const EVENTS_A_ROUND = 6000
/** How long a fault lasts at most, and how long a replica is gone before it is started again, in milliseconds. */
const LONGEST_MS = 2500
const LONGEST_REST_MS = 1000

/** Draws what happens when: the same for the same plot. */
export function schedule(plot: Plot): Episode[] {
  const random = createRandom(plot.seed)
  const rounds = 1 + Math.floor(plot.events / EVENTS_A_ROUND)
  const troubles = Array.from({ length: rounds }, () => random.shuffle(KINDS).map(kind => random.pick(kind))).flat()
  const outages = [outageOverLives(plot.tolerance, random), outageWithoutRedis(plot.tolerance)]
  const episodes = random.shuffle([...outages, ...deal(troubles, plot.renew, random)])
  const all = [[], ...episodes, []]
  return all.map((faults, index) => {
    const events = share(plot.events, all.length, index)
    const span = 500 + Math.max(0, ...faults.map(({ after, lasts }) => after + lasts))
    return { load: { events, concurrency: random.between(1, MOST_CONCURRENT), span }, faults }
  })
}

/** Puts troubles that can go together into one episode, in their order. */
function deal(troubles: readonly Trouble[], renew: boolean, random: Random): Fault[][] {
  const episodes: Fault[][] = []
  let open: Fault[] = []
  let room = 0
  for (const trouble of troubles) {
    if (open.length >= room || !open.every(({ victim }) => mayMeet(victim, trouble.victim, renew))) {
      open = []
      room = random.between(2, MOST_AT_ONCE)
      episodes.push(open)
    }
    const longest = isOurs(trouble.victim) ? LONGEST_REST_MS : LONGEST_MS
    open.push({ ...trouble, after: random.between(20, 1000), lasts: random.between(300, longest) })
  }
  return episodes.map(faults => faults.toSorted((one, other) => one.after - other.after))
}

/**
 * Whether two can be in trouble in the same episode. Where timestamps get old, it is Redis that a replica has from what
 * it refused in an earlier life: without both, nobody is left who could know.
 */
function mayMeet(one: Trouble['victim'], other: Trouble['victim'], renew: boolean): boolean {
  const forget = (one === 'redis' && isOurs(other)) || (other === 'redis' && isOurs(one))
  return areApart(one, other) && (renew || !forget)
}

/**
 * A destination is away for longer than timestamps are tolerated, and both replicas begin a new life meanwhile: one
 * before that time is up, and one after it.
 */
function outageOverLives(tolerance: number, random: Random): Fault[] {
  return [
    { victim: random.pick(['kafka', 'pubsub']), trouble: 'refusing', after: 200, lasts: tolerance + 5000 },
    { victim: 'replica 1', trouble: 'killed', after: tolerance / 2, lasts: 500 },
    { victim: 'replica 2', trouble: 'drained', after: tolerance + 1000, lasts: 500 }
  ]
}

/**
 * The same, with Redis dying shortly before that time is up: each replica has refused everything by then, and knows. And
 * another destination is away for long enough that its events go to its fallback, which is not the first.
 */
function outageWithoutRedis(tolerance: number): Fault[] {
  return [
    { victim: 'pubsub', trouble: 'refusing', after: 200, lasts: tolerance + 2500 },
    { victim: 'eventbridge', trouble: 'refusing', after: 300, lasts: tolerance / 2 },
    { victim: 'redis', trouble: 'killed', after: tolerance - 1000, lasts: 4000 }
  ]
}

/** One of so many parts of a whole number, as even as can be. */
function share(total: number, parts: number, index: number): number {
  return Math.floor((total * (index + 1)) / parts) - Math.floor((total * index) / parts)
}
