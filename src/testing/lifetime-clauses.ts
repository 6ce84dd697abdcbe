import assert from 'node:assert/strict'
import { getActiveResourcesInfo } from 'node:process'
import type { CloudEvent } from '../adapter.ts'
import type { ClauseDefinition } from './clause.ts'
import { assertUnavailable, until } from './expect.ts'
import { sampleEvent } from './sample-event.ts'
import type { Outcome, Trial } from './trial.ts'

// What a connection leaves open adds up; what a test runner opens and closes meanwhile does not.
const ROUNDS = 6
const NOISE = 3

/** Abort and close. */
export const lifetimeClauses: readonly ClauseDefinition[] = [
  {
    name: 'an aborted signal settles publish: before it starts, and on its way',
    async run(trial) {
      const adapter = await trial.connect()
      const events = Array.from({ length: 20 }, () => sampleEvent())
      const outcomes = events.map((event, index) => {
        const signal = new AbortController()
        if (index < 10) signal.abort()
        const outcome = trial.attempt(adapter, event, signal.signal)
        signal.abort()
        return outcome
      })
      await honest(trial, events, await Promise.all(outcomes))
    }
  },
  {
    name: 'a signal that aborts after its publish has settled harms no other',
    async run(trial) {
      const adapter = await trial.connect()
      const signal = new AbortController()
      const first = sampleEvent()
      const outcome = await trial.attempt(adapter, first, signal.signal)
      if ('error' in outcome) throw outcome.error
      const second = sampleEvent()
      const publishing = trial.publish(adapter, second)
      signal.abort()
      await publishing
      const third = sampleEvent()
      await trial.publish(adapter, third)
      await trial.arrived([first, second, third])
    }
  },
  {
    name: 'close after the last publish: all that resolved was received',
    async run(trial) {
      const adapter = await trial.connect()
      const events = Array.from({ length: 100 }, () => sampleEvent())
      const outcomes = await Promise.all(events.map(event => trial.attempt(adapter, event)))
      await trial.close(adapter)
      await honest(trial, events, outcomes)
    }
  },
  {
    // The bridge never does this; but a drain that is cut off may.
    name: 'close during concurrent publishes: all that resolved was received, and the rest settle too',
    async run(trial) {
      const adapter = await trial.connect()
      const events = Array.from({ length: 100 }, () => sampleEvent())
      const outcomes = events.map(event => trial.attempt(adapter, event))
      await trial.close(adapter)
      await honest(trial, events, await Promise.all(outcomes))
    }
  },
  {
    name: 'close leaves nothing open',
    async run(trial) {
      const publishAndClose = async () => {
        const adapter = await trial.connect()
        const event = sampleEvent()
        await trial.publish(adapter, event)
        await trial.arrived([event])
        await trial.close(adapter)
      }
      // The first round is for what the harness's own consumer opens, and for what a client opens once per process.
      await publishAndClose()
      const before = countResources()
      for (let round = 0; round < ROUNDS; round += 1) await publishAndClose()
      const left = () => [...countResources()].filter(([type, count]) => count - (before.get(type) ?? 0) > NOISE)
      await until(
        () => left().length === 0,
        trial.patience,
        () => `closed are, after ${ROUNDS} connections, ${left().join(' ')}`
      )
    }
  }
]

/** Whatever resolved was received; whatever did not is an `UnavailableError`. */
async function honest(trial: Trial, events: readonly CloudEvent[], outcomes: readonly Outcome[]) {
  const accepted = events.filter((_, index) => 'id' in (outcomes[index] ?? assert.fail()))
  for (const outcome of outcomes) if ('error' in outcome) assertUnavailable(outcome.error)
  await trial.arrived(accepted)
}

function countResources(): Map<string, number> {
  return new Map([...Map.groupBy(getActiveResourcesInfo(), type => type)].map(([type, { length }]) => [type, length]))
}
