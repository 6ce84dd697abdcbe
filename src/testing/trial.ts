import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import type { Adapter, CloudEvent, Log } from '../adapter.ts'
import { assertSame, until, within } from './expect.ts'
import type { Fault, Harness } from './harness.ts'

/** What "soon after" an abort may be on a busy machine. */
const GRACE_MS = 1000

/** How a publish ended: with a message id or with an error. */
export type Outcome = { readonly id: string } | { readonly error: unknown }

/** What a clause works with: a harness, and a record of every error and log line for secrets to be sought in. */
export interface Trial {
  readonly harness: Harness
  readonly patience: number
  /** Opens a connection, which is closed at the trial's end unless it was before. */
  connect(open?: (log: Log) => Promise<Adapter>): Promise<Adapter>
  /** Publishes under the harness's deadline, or `signal`. Fails if that does not settle soon after the abort. */
  attempt(adapter: Adapter, event: CloudEvent, signal?: AbortSignal): Promise<Outcome>
  /** Publishes, which must succeed; returns the message id. */
  publish(adapter: Adapter, event: CloudEvent): Promise<string>
  /** Waits until the consumer has all of these (each as often as it is listed), and compares them. Returns all it has. */
  arrived(events: readonly CloudEvent[]): Promise<readonly CloudEvent[]>
  /** Runs `body` while the broker has this fault. */
  during<T>(fault: Fault, body: () => Promise<T>): Promise<T>
  close(adapter: Adapter): Promise<void>
  /** Fails if an error or a log line shows a secret of the harness. */
  checkSecrets(): void
  /** Closes what is still open. */
  end(): Promise<void>
}

export function startTrial(harness: Harness): Trial {
  const { deadline = 4000, patience = 15_000 } = harness
  const connections = new Set<Adapter>()
  const attempts: Promise<Outcome>[] = []
  const said: unknown[] = []
  const record = (fields: object, message: string) => void said.push({ ...fields, message })
  const log: Log = { debug: record, info: record, warn: record, error: record }

  const attemptOnce: Trial['attempt'] = async (adapter, event, signal) => {
    const giveUp = new AbortController()
    const timer = setTimeout(() => giveUp.abort(), deadline)
    try {
      const publishing = adapter.publish(event, signal ?? giveUp.signal)
      const limit = signal?.aborted ? GRACE_MS : deadline + GRACE_MS
      const id = await within(limit, publishing, 'publish settles soon after its signal aborts')
      assert.ok(
        typeof id === 'string' && id !== '',
        `A message id is a string with something in it, not ${inspect(id)}`
      )
      return { id }
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error
      said.push(error)
      return { error }
    } finally {
      clearTimeout(timer)
    }
  }

  const trial: Trial = {
    harness,
    patience,
    async connect(open = harness.connect.bind(harness)) {
      try {
        const adapter = await within(patience, open(log), 'connect settles')
        connections.add(adapter)
        return adapter
      } catch (error) {
        said.push(error)
        throw error
      }
    },
    attempt(...args) {
      const attempt = attemptOnce(...args)
      attempts.push(attempt)
      return attempt
    },
    async publish(adapter, event) {
      const outcome = await trial.attempt(adapter, event)
      if ('error' in outcome) throw outcome.error
      return outcome.id
    },
    async arrived(events) {
      const expected = Map.groupBy(events, ({ id }) => id)
      let all: readonly CloudEvent[] = []
      const complete = async () => {
        all = await harness.received()
        const records = Map.groupBy(all, ({ id }) => id)
        return [...expected].every(([id, { length }]) => (records.get(id)?.length ?? 0) >= length)
      }
      await until(complete, patience, () => 'every event that was accepted is received')
      for (const record of all) {
        const [sent] = expected.get(record.id) ?? []
        if (sent !== undefined) assertSame(record, sent, harness.data ?? 'bytes')
      }
      return all
    },
    async during(fault, body) {
      await harness.break?.[fault]?.()
      try {
        return await body()
      } finally {
        await harness.restore?.()
      }
    },
    async close(adapter) {
      connections.delete(adapter)
      await within(patience, adapter.close(), 'close settles')
    },
    checkSecrets() {
      const text = said
        .map(entry => inspect(entry, { depth: 20, maxStringLength: null, maxArrayLength: null }))
        .join('\n')
      const shown = harness.secrets.findIndex(secret => text.includes(secret))
      assert.equal(
        shown,
        -1,
        `secrets[${shown}] of the harness is in an error (message, stack, cause, field) or in the log`
      )
    },
    async end() {
      // A clause that failed left some behind; their timers would blur what the next one finds open.
      await Promise.allSettled(attempts)
      try {
        for (const adapter of connections) await trial.close(adapter)
      } finally {
        await harness.close()
      }
    }
  }
  return trial
}
