import assert from 'node:assert/strict'
import type { Adapter } from '../adapter.ts'
import type { ClauseDefinition } from './clause.ts'
import { assertUnavailable, until } from './expect.ts'
import type { Fault } from './harness.ts'
import { sampleEvent } from './sample-event.ts'
import type { Trial } from './trial.ts'

/** How a broker in trouble, or one that is reached in the wrong way, shows. */
export const failureClauses: readonly ClauseDefinition[] = [
  outage('gone', 'a broker that is gone'),
  outage('hung', 'a broker that hangs'),
  outage('refusing', 'a broker that refuses for now'),
  {
    name: 'an event that was accepted survives the broker going away at once',
    needs: 'gone',
    async run({ connect, publish, during, arrived }) {
      const adapter = await connect()
      const event = sampleEvent()
      await publish(adapter, event)
      await during('gone', async () => {})
      await arrived([event])
    }
  },
  {
    name: 'connecting while the broker is gone rejects with UnavailableError, or connects when it is back',
    needs: 'gone',
    async run(trial) {
      const adapter = await trial.during('gone', async () => {
        try {
          return await trial.connect()
        } catch (error) {
          assertUnavailable(error)
          return undefined
        }
      })
      if (adapter !== undefined) await recovered(trial, adapter)
    }
  },
  misconfigured('missing', 'a missing destination'),
  misconfigured('refused', 'refused credentials')
]

function outage(fault: Fault, what: string): ClauseDefinition {
  return {
    name: `${what} is an UnavailableError within the deadline, and needs no restart when it is back`,
    needs: fault,
    async run(trial) {
      const { connect, publish, arrived, attempt, during } = trial
      const adapter = await connect()
      const before = sampleEvent()
      await publish(adapter, before)
      await arrived([before])
      await during(fault, async () => {
        const outcomes = await Promise.all(Array.from({ length: 10 }, () => attempt(adapter, sampleEvent())))
        for (const outcome of outcomes) assertUnavailable('error' in outcome ? outcome.error : undefined)
      })
      await recovered(trial, adapter)
    }
  }
}

/** Publishes until it succeeds once; then everything must. */
async function recovered(trial: Trial, adapter: Adapter): Promise<void> {
  const first = sampleEvent()
  const accepted = async () => 'id' in (await trial.attempt(adapter, first))
  await until(accepted, trial.patience, () => 'an event is accepted again')
  const events = Array.from({ length: 10 }, () => sampleEvent())
  await Promise.all(events.map(event => trial.publish(adapter, event)))
  await trial.arrived([first, ...events])
}

function misconfigured(needs: 'missing' | 'refused', what: string): ClauseDefinition {
  return {
    name: `${what}: an UnavailableError that names what to mend`,
    needs,
    async run(trial) {
      const { connect, names } = trial.harness[needs] ?? assert.fail()
      const outcome = await trial.connect(connect).then(
        adapter => trial.attempt(adapter, sampleEvent()),
        (error: unknown) => ({ error })
      )
      const error = 'error' in outcome ? outcome.error : undefined
      assertUnavailable(error)
      assert.ok(error.message.includes(names), `"${names}" is not in the message: ${error.message}`)
    }
  }
}
