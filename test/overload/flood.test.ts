import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { full, WAIT } from '../chaos/scene.ts'
import { genuine } from '../ingress/harness.ts'
import { exchange } from '../ingress/wire.ts'
import { startCrowd } from './crowd.ts'
import { startProgram } from './program.ts'

/** How many of each kind there are. */
const EACH = full ? 100 : 25
const WEBHOOKS = full ? 1000 : 100
const PAUSE_MS = 25

test('a flood of what nobody has signed leaves signed webhooks their 204', { timeout: 180_000 }, async () => {
  const bridge = await startProgram(
    { kept: { adapter: 'memory' } },
    // Half of those who take their time, or send much, would fill it.
    { receiving: { requests: 2 * EACH, bytes: '4MiB' } }
  )
  const flood = startCrowd(bridge.url, {
    forged: EACH,
    chunked: EACH,
    forgedSmall: EACH,
    forgedEmpty: EACH,
    half: EACH,
    slow: EACH,
    slowHeaders: EACH,
    garbage: EACH
  })
  await expect.poll(() => flood.answers('forged', 401), WAIT).toBeGreaterThan(EACH)
  await expect.poll(() => flood.answers('chunked', 413), WAIT).toBeGreaterThan(EACH)
  const before = flood.answers('forged', 401)

  const answers: Promise<unknown>[] = []
  for (let i = 0; i < WEBHOOKS; i += 1) {
    // Each on a connection of its own, which has to be let in before it is known to be Gemini's.
    answers.push(exchange(bridge.url, genuine()).then(({ status }) => status, String))
    await sleep(PAUSE_MS)
  }
  expect(new Set(await Promise.all(answers))).toEqual(new Set([204]))
  expect(flood.answers('forged', 401)).toBeGreaterThan(before)
})
