import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createAdmission } from '../../src/deliver/admission.ts'
import { createBackground } from '../../src/deliver/background.ts'

const busy = expect.objectContaining({ code: 'ERR_BUSY' })
const PATIENCE = 4000

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function create(limits = { requests: 2, bytes: 100 }) {
  const admission = createAdmission(limits)
  return { admission, ...createBackground(admission, PATIENCE) }
}
const hung = () => new Promise<never>(() => {})

test('does the work, and gives back what comes of it', async () => {
  const { start, admission } = create()
  const work = start(10, async () => 'done')
  expect([admission.requests, admission.bytes]).toEqual([1, 10])
  expect(await work).toBe('done')
  expect([admission.requests, admission.bytes]).toEqual([0, 0])
  expect(vi.getTimerCount()).toBe(0)
})

test('tells the work when its time is up, and not before', async () => {
  const { start } = create()
  let told: AbortSignal | undefined
  void start(10, signal => {
    told = signal
    return hung()
  })
  await vi.advanceTimersByTimeAsync(PATIENCE - 1)
  expect(told?.aborted).toBe(false)
  await vi.advanceTimersByTimeAsync(1)
  expect(told?.aborted).toBe(true)
})

test('takes no more than there is room for, by count and by bytes', () => {
  const { start } = create()
  const work = vi.fn(hung)
  void start(60, work)
  expect(() => start(60, work)).toThrow(busy)
  void start(30, work)
  expect(() => start(1, work)).toThrow(busy)
  expect(work).toHaveBeenCalledTimes(2)
})

test('work that fails makes room all the same', async () => {
  const { start, admission } = create()
  await expect(start(60, () => Promise.reject(new Error('boom')))).rejects.toThrow('boom')
  expect([admission.requests, admission.bytes]).toEqual([0, 0])
  expect(vi.getTimerCount()).toBe(0)
})

test('is idle when all has ended, what was started meanwhile and what failed as well', async () => {
  const { start, idle } = create()
  await idle()
  const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const first = start(1, () => gates[0]?.promise ?? hung()).catch(() => {})
  const done = vi.fn()
  const idling = idle().then(done)
  void start(1, () => gates[1]?.promise ?? hung())
  gates[0]?.reject(new Error('boom'))
  await first
  await vi.advanceTimersByTimeAsync(0)
  expect(done).not.toHaveBeenCalled()
  gates[1]?.resolve()
  await idling
  expect(done).toHaveBeenCalled()
})
