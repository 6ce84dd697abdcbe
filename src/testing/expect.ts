import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { attributesOf, type CloudEvent } from '../adapter.ts'
import { parseJson } from '../normalize/json.ts'
import type { Harness } from './harness.ts'

const POLL_MS = 10

/** Waits for `condition`, at most `ms` milliseconds. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  ms: number,
  what: () => string
): Promise<void> {
  for (const end = performance.now() + ms; !(await condition()); await sleep(POLL_MS)) {
    if (performance.now() > end) assert.fail(`Waited ${ms} ms in vain: ${what()}`)
  }
}

/** Settles as `promise` does, or fails after `ms` milliseconds. */
export async function within<T>(ms: number, promise: Promise<T>, what: string): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new assert.AssertionError({ message: `Not within ${ms} ms: ${what}` })), ms)
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/** `UnavailableError`, told by its status: an adapter's copy of the class need not be ours. */
export function assertUnavailable(error: unknown): asserts error is Error {
  assert.equal(refusalStatus(error), 503, `Expected an UnavailableError, got: ${error}`)
}

/** `EventError`, told by its status. */
export function assertEventError(error: unknown): asserts error is Error {
  assert.equal(refusalStatus(error), 422, `Expected an EventError, got: ${error}`)
}

function refusalStatus(error: unknown): unknown {
  return error instanceof Error && 'statusCode' in error ? error.statusCode : undefined
}

/** Every attribute, and the data as far as the destination promises to keep it. */
export function assertSame(received: CloudEvent, sent: CloudEvent, mode: NonNullable<Harness['data']>): void {
  assert.deepEqual(Object.fromEntries(attributesOf(received)), Object.fromEntries(attributesOf(sent)))
  const asJson = mode === 'json' && sent.datacontenttype === 'application/json'
  const [is, was] = [received, sent].map(({ data }) => (asJson ? compact(data) : Buffer.from(data))) as [Buffer, Buffer]
  // Not deepEqual: its message would hold all of the data.
  const at = was.findIndex((byte, index) => is[index] !== byte)
  assert.ok(is.equals(was), `Data differ at byte ${at}: sent ${was.length} bytes, received ${is.length}`)
}

/** Without white space between tokens; numbers keep their digits. */
function compact(data: Uint8Array): Buffer {
  return Buffer.from(JSON.stringify(parseJson(Buffer.from(data).toString())))
}
