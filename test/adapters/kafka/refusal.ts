import { inspect } from 'node:util'
import { expect } from 'vitest'
import type { Adapter, CloudEvent } from '../../../src/adapter.ts'
import { within } from '../../../src/testing/expect.ts'
import { sampleEvent } from '../../../src/testing/sample-event.ts'
import { connectKafka } from './harness.ts'

/** As limits.acknowledge, in milliseconds. */
const DEADLINE_MS = 4000
/** What "soon after" may be on a busy machine. */
const GRACE_MS = 1000

export const WRONG_PASSWORD = 'a-wrong-password'
/** That, the passwords of the brokers' users, and whatever begins as a signed token does. */
const SECRETS = /a-wrong-password|alice-secret|mallory-secret|eyJhbGciOi/

export function publish(adapter: Adapter, event: CloudEvent = sampleEvent(), deadline = DEADLINE_MS): Promise<string> {
  return adapter.publish(event, AbortSignal.timeout(deadline))
}

/** What an attempt fails with, by the deadline, and without a secret in it. */
export async function refusalOf(attempt: Promise<unknown>): Promise<Error> {
  const refusal: unknown = await within(DEADLINE_MS + GRACE_MS, attempt, 'a refusal by the deadline').then(
    () => expect.fail('it was accepted'),
    error => error
  )
  expect(inspect(refusal, { depth: 20 })).not.toMatch(SECRETS)
  return refusal instanceof Error ? refusal : expect.fail(`not an error: ${refusal}`)
}

/** Connects and publishes once; neither may log a secret. */
export async function tryOut(options: Record<string, unknown>): Promise<void> {
  const check = (fields: object, message: string) => expect(`${inspect(fields)} ${message}`).not.toMatch(SECRETS)
  const adapter = await connectKafka(options, { debug: check, info: check, warn: check, error: check })
  try {
    await publish(adapter)
  } finally {
    await adapter.close()
  }
}
