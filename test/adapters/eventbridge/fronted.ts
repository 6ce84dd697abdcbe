import { expect } from 'vitest'
import type { Adapter, CloudEvent, Log } from '../../../src/adapter.ts'
import { within } from '../../../src/testing/expect.ts'
import { sampleEvent } from '../../../src/testing/sample-event.ts'
import { type Front, openFront } from '../../brokers/eventbridge/front.ts'
import { it as base, type TestBus } from '../../brokers/eventbridge/shared.ts'
import { connectEventbridge } from './harness.ts'

/** As limits.acknowledge, in milliseconds. */
const DEADLINE_MS = 4000
/** What "soon after" may be on a busy machine. */
const GRACE_MS = 1000

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} }

/** The adapter, connected to the test's bus by a front. */
export const it = base
  .extend('front', async ({ eventbridge }, { onCleanup }) => {
    const front = await openFront(eventbridge.endpoint)
    onCleanup(() => front.close())
    return front
  })
  .extend('connect', ({ front, bus }, { onCleanup }) => async (options: object = {}): Promise<Adapter> => {
    const adapter = await connectEventbridge({ bus: bus.name, endpoint: front.endpoint, ...options }, silent)
    onCleanup(() => adapter.close())
    return adapter
  })
  .extend('adapter', ({ connect }) => connect())

export function publish(adapter: Adapter, event: CloudEvent = sampleEvent(), deadline = DEADLINE_MS): Promise<string> {
  return adapter.publish(event, AbortSignal.timeout(deadline))
}

/** What publishing is refused with, by the deadline. */
export async function refusalOf(publication: Promise<string>): Promise<Error> {
  const refusal: unknown = await within(DEADLINE_MS + GRACE_MS, publication, 'a refusal by the deadline').then(
    () => expect.fail('it was accepted'),
    error => error
  )
  return refusal instanceof Error ? refusal : expect.fail(`not an error: ${refusal}`)
}

/** Publishes all at once: the first has a request of its own, and up to ten more share the next. */
export function publishTogether(adapter: Adapter, events: readonly CloudEvent[]): Promise<string>[] {
  return events.map(event => publish(adapter, event))
}

/** An event whose entry is told from others by its detail type. */
export const eventOf = (type: string): CloudEvent => sampleEvent(undefined, { type })

/** The detail types in each request so far. */
export function typesAsked({ requests }: Front): (string | undefined)[][] {
  return requests.map(entries => entries.map(({ DetailType }) => DetailType))
}

/** The detail types of all that has arrived, in alphabetical order. */
export async function typesIn(bus: TestBus): Promise<string[]> {
  return (await bus.received()).map(received => received['detail-type']).sort()
}
