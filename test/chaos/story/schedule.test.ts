import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { areApart, isOurs, KINDS, kindOf } from './fault.ts'
import { type Episode, schedule } from './schedule.ts'

const plots = fc.record({
  seed: fc.nat(2 ** 32 - 1),
  events: fc.integer({ min: 2000, max: 20_000 }),
  renew: fc.boolean(),
  tolerance: fc.constantFrom(5000, 10_000)
})

/** The victims of an episode, each with each. */
function pairsOf({ faults }: Episode) {
  return faults.flatMap(({ victim }, index) => faults.slice(index + 1).map(other => [victim, other.victim] as const))
}

/** When replicas begin a new life, if nothing takes any time. */
const livesBegin = ({ faults }: Episode) =>
  faults.filter(({ victim }) => isOurs(victim)).map(({ after, lasts }) => after + lasts)

describe('a schedule', () => {
  it('is the same for the same plot, and another for another seed', () => {
    fc.assert(
      fc.property(plots, plot => {
        expect(schedule({ ...plot })).toEqual(schedule(plot))
        expect(schedule({ ...plot, seed: plot.seed ^ 1 })).not.toEqual(schedule(plot))
      })
    )
  })

  it('has every kind of fault, and so many webhooks, with peace before and after', () => {
    fc.assert(
      fc.property(plots, plot => {
        const episodes = schedule(plot)
        const kinds = new Set(episodes.flatMap(({ faults }) => faults.map(kindOf)))
        expect(kinds).toEqual(new Set(KINDS.flat().map(kindOf)))
        expect(episodes.reduce((sum, { load }) => sum + load.events, 0)).toBe(plot.events)
        expect([episodes.at(0)?.faults, episodes.at(-1)?.faults]).toEqual([[], []])
        for (const { load } of episodes) {
          expect(load.events).toBeGreaterThan(0)
          expect(load.concurrency).toBeGreaterThanOrEqual(1)
          expect(load.concurrency).toBeLessThanOrEqual(200)
        }
      })
    )
  })

  it('hurts nobody twice at once', () => {
    fc.assert(
      fc.property(plots, plot => {
        const pairs = schedule(plot).flatMap(pairsOf)
        expect(pairs.filter(([one, other]) => !areApart(one, other))).toEqual([])
      })
    )
  })

  it('takes the memory neither of Redis from new replicas, nor of all replicas from a Redis in trouble, where timestamps get old', () => {
    fc.assert(
      fc.property(plots, plot => {
        const pairs = schedule({ ...plot, renew: false }).flatMap(pairsOf)
        const forgetful = pairs.filter(pair => pair.includes('redis') && pair.some(isOurs))
        expect(forgetful).toEqual([])
      })
    )
  })

  it('has two outages beyond the tolerance: with replicas that begin a new life meanwhile, and without Redis', () => {
    fc.assert(
      fc.property(plots, plot => {
        const long = schedule(plot).filter(({ faults }) => faults.some(({ lasts }) => lasts > plot.tolerance))
        const [lives = [], none] = long.map(livesBegin).toSorted((one, other) => other.length - one.length)
        expect([long.length, lives.length, none]).toEqual([2, 2, []])
        expect(lives.map(at => at > plot.tolerance)).toEqual([false, true])
        const redis = long.flatMap(({ faults }) => faults.filter(({ victim }) => victim === 'redis'))
        expect(redis.map(({ after, lasts }) => after < plot.tolerance && after + lasts > plot.tolerance)).toEqual([
          true
        ])
      })
    )
  })
})
