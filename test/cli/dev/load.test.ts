import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { sendLoad } from '../../../src/cli/dev/load.ts'
import type { Webhook } from '../../../src/standin/sign.ts'

type Emit = Parameters<typeof sendLoad>[0]['emit']

const delivered = (status: number | undefined) => ({ id: 'a', attempt: { status, code: undefined, latency: 1 } })

/** Sends at a thousand a second until it has emitted so many. */
async function load(count: number, emit: (webhook: Webhook, index: number) => ReturnType<Emit>): Promise<string[]> {
  const stop = new AbortController()
  const lines: string[] = []
  let emitted = 0
  const emitNext = (webhook: Webhook) => {
    emitted += 1
    if (emitted === count) stop.abort()
    return emit(webhook, emitted)
  }
  await sendLoad({ emit: emitNext }, { rate: 1000, report: line => lines.push(line), stop: stop.signal })
  return lines
}

test('tells how many were acknowledged, and counts all others as refused, those without an answer too', async () => {
  const outcomes = [204, 200, 503, undefined]
  let emitted = 0
  let refused = 0
  const lines = await load(8, async (_, index) => {
    emitted += 1
    if (index % 4 >= 2) refused += 1
    return [delivered(outcomes[index % 4]), delivered(204)]
  })
  const words = `${2 * emitted} sent, ${2 * emitted - refused} acknowledged, ${refused} refused`
  expect(lines).toEqual([`${words} (in all: ${words})\n`])
  expect(refused).toBeGreaterThanOrEqual(4)
})

test('tells it once a second, of that second and in all', async () => {
  const start = performance.now()
  const lines = await load(1500, async (_, index) => [delivered(index < 100 ? 503 : 204)])
  expect(lines.length).toBeGreaterThanOrEqual(2)
  expect(lines.length).toBeLessThanOrEqual((performance.now() - start) / 1000 + 1)
  const numbers = lines.map(line => line.match(/\d+/g)?.map(Number) ?? [])
  const sum = (column: number) => numbers.reduce((total, row) => total + (row[column] ?? 0), 0)
  expect(numbers.at(-1)?.slice(2)).toEqual([0, sum(0), sum(1), 99])
  expect(sum(2)).toBe(99)
})

test('says nothing when nothing was sent', async () => {
  expect(await load(20, async () => [])).toEqual([])
})

test('gives each webhook an id and a job of its own', async () => {
  const webhooks: Webhook[] = []
  await load(50, async webhook => {
    webhooks.push(webhook)
    return []
  })
  expect(new Set(webhooks.map(({ id }) => id)).size).toBe(webhooks.length)
  expect(new Set(webhooks.map(({ body }) => JSON.parse(body).data.id)).size).toBe(webhooks.length)
})

test('has no more than five hundred in flight, however slow the receiver is', async () => {
  const stop = new AbortController()
  const full = Promise.withResolvers<void>()
  const answered = Promise.withResolvers<void>()
  let emitted = 0
  const emit = async () => {
    emitted += 1
    if (emitted === 500) full.resolve()
    await answered.promise
    return []
  }
  const sending = sendLoad({ emit }, { rate: 1000, report: () => {}, stop: stop.signal })
  await full.promise
  // Time for a hundred more.
  await sleep(100)
  expect(emitted).toBe(500)
  answered.resolve()
  await expect.poll(() => emitted).toBeGreaterThan(500)
  stop.abort()
  await sending
})
