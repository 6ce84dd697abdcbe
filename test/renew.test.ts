import { expect, test, vi } from 'vitest'
import { createMismatch } from '../src/renew.ts'

test('however many webhooks match nothing, files are read for them once a second, and once at a time', async () => {
  let now = 0
  let gate = Promise.withResolvers<void>()
  const reread = vi.fn(() => gate.promise)
  const onMismatch = createMismatch(reread, () => now)
  const waiting = Promise.all([onMismatch(), onMismatch(), onMismatch()])
  expect(reread).toHaveBeenCalledTimes(1)
  gate.resolve()
  await waiting
  now = 999
  await onMismatch()
  expect(reread).toHaveBeenCalledTimes(1)
  now = 1000
  gate = Promise.withResolvers()
  gate.resolve()
  await onMismatch()
  expect(reread).toHaveBeenCalledTimes(2)
})

test('a volume that gives no answer holds up no webhook for long', async () => {
  await expect(createMismatch(() => new Promise(() => {}))()).resolves.toBeUndefined()
})
