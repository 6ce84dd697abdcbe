/**
 * Tests against the run's one EventBridge, in files named `*.eventbridge.test.ts`:
 *
 *     import { it } from '../brokers/eventbridge/shared.ts'
 *     it('publishes', async ({ eventbridge, bus }) => { … })    // the server, a new bus and all that it received
 *
 * Nobody may kill or freeze the shared server; what needs that starts its own (`moto.ts`).
 */
import { randomUUID } from 'node:crypto'
import { inject, test } from 'vitest'
import { type Account, connectAccount, type ReceivedEvent } from './account.ts'

/** What the run's set-up provides. */
export interface SharedEventBridge {
  /** Such as `http://127.0.0.1:5000`. */
  readonly endpoint: string
}

declare module 'vitest' {
  export interface ProvidedContext {
    /** Null when there is none, and its tests are skipped. */
    eventbridge: SharedEventBridge | null
  }
}

/** A bus whose events, all of them, can be read. */
export interface TestBus {
  readonly name: string
  /** What it has received up to now, in any order, over all lives of the server. */
  received(): Promise<readonly ReceivedEvent[]>
  /** Makes it again, once the server has forgotten it. */
  create(): Promise<void>
  delete(): Promise<void>
}

/** Makes a bus that no other test has. */
export async function createTestBus(account: Account): Promise<TestBus> {
  const name = `test-${randomUUID()}`
  const bus: TestBus = {
    name,
    received: () => account.received(name),
    async create() {
      await Promise.all([account.createBus(name), account.createLog(name)])
      await account.createRule(name, EVERYTHING, name)
    },
    async delete() {
      await Promise.all([account.deleteBus(name), account.deleteLog(name)])
    }
  }
  await bus.create()
  return bus
}

/** A pattern has to name an attribute; every event has a source. */
const EVERYTHING = { source: [{ prefix: '' }] }

/** vitest's `it`, skipping what needs a server where there is none. */
export const it = test
  .extend('eventbridge', ({ skip }): SharedEventBridge => inject('eventbridge') ?? skip('there is no EventBridge'))
  .extend('account', ({ eventbridge }): Account => connectAccount(eventbridge.endpoint))
  .extend('bus', async ({ account }, { onCleanup }) => {
    const bus = await createTestBus(account)
    onCleanup(() => bus.delete())
    return bus
  })
