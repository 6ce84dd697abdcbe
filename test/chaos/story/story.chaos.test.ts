/**
 * The ledger under chaos. This is its short form; `npm run chaos -- --seed N --renew false` is the long one, as is
 * `npm run test:full`.
 */
import { expect, type TestContext, test } from 'vitest'
import { full } from '../scene.ts'
import { type Cast, startCast } from './cast/cast.ts'
import { draw } from './ledger.ts'
import { tell } from './story.ts'

const MINUTE_MS = 60_000

async function cast(skip: TestContext['skip']): Promise<Cast> {
  try {
    return await startCast()
  } catch (cause) {
    if (process.env['REQUIRE_BROKERS'] === '1') throw cause
    return skip(`not all of Kafka, Pub/Sub, EventBridge and Redis are there: ${cause}`)
  }
}

const STORIES = [
  { seed: 1, events: 2000, renew: false, long: false },
  { seed: 2, events: 20_000, renew: true, long: true },
  { seed: 3, events: 20_000, renew: false, long: true }
]

for (const { long, ...story } of STORIES) {
  const timestamps = story.renew ? 'new timestamps' : 'the same timestamp'
  test.runIf(full === long)(
    `${story.events} webhooks, redelivered with ${timestamps}: nothing is lost, whatever happens`,
    { timeout: 20 * MINUTE_MS },
    async ({ skip }) => {
      const all = await cast(skip)
      const { text, broken } = draw(await tell(story, all, () => {}).finally(all.stop), story)
      process.stdout.write(`${text}\n`)
      expect(broken).toEqual([])
    }
  )
}
