import { expect } from 'vitest'
import { openClient } from '../../../adapters/eventbridge/client.ts'
import { within } from '../../../src/testing/expect.ts'
import { ENVIRONMENT } from './harness.ts'

/** Longer than the client may wait, in milliseconds. */
const PATIENCE_MS = 5000

/** What AWS's client really throws when one entry goes there. */
export async function thrown(endpoint: string, signal = new AbortController().signal): Promise<unknown> {
  Object.assign(process.env, ENVIRONMENT)
  const client = await openClient({ bus: 'jobs', endpoint })
  const entry = { EventBusName: 'jobs', Source: 'here', DetailType: 'type', Detail: '{}' }
  try {
    return await within(PATIENCE_MS, client.put([entry], signal, false), 'an error').then(
      () => expect.fail('it was accepted'),
      error => error
    )
  } finally {
    client.close()
  }
}
