import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { within } from '../../../adapters/lane/within.ts'

const reason = new Error('Nobody waits.')

test('settles as the promise does, and leaves no listener', async () => {
  const { signal } = new AbortController()
  expect(await within(signal, Promise.resolve(7))).toBe(7)
  await expect(within(signal, Promise.reject(reason))).rejects.toBe(reason)
  expect(getEventListeners(signal, 'abort')).toEqual([])
})

test("rejects with the signal's reason as soon as it aborts", async () => {
  const abort = new AbortController()
  const waiting = within(abort.signal, new Promise(() => {}))
  abort.abort(reason)
  await expect(waiting).rejects.toBe(reason)
  expect(getEventListeners(abort.signal, 'abort')).toEqual([])
})

test('rejects when it was aborted before', async () => {
  await expect(within(AbortSignal.abort(reason), new Promise(() => {}))).rejects.toBe(reason)
})

test('what the promise comes to afterwards harms nobody', async () => {
  const late = Promise.withResolvers<never>()
  await expect(within(AbortSignal.abort(reason), late.promise)).rejects.toBe(reason)
  // Vitest fails the run for a rejection that nobody handles.
  late.reject(new Error('too late'))
  await new Promise(resolve => setImmediate(resolve))
})
