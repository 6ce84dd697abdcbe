import { expect } from 'vitest'
import type { FaultProxy } from '../brokers/proxy.ts'
import { CONCURRENCY } from './load.ts'
import { refusals } from './outage.ts'
import { type Scene, WAIT } from './scene.ts'

const LOSSES = 5

/** What was held is lost with its connections. */
export async function loseAnswers(proxy: FaultProxy): Promise<void> {
  proxy.cut()
  await proxy.pass()
}

/**
 * Takes a bridge under load through the loss of some answers: all is accepted in time, and written at most once more for
 * each loss.
 * @param latency of the way to the broker otherwise, in milliseconds
 */
export async function throughLossOfAnswers(scene: Scene, proxy: FaultProxy, latency: number): Promise<void> {
  const bridge = await scene.bridge()
  const load = await scene.load(bridge)
  for (let loss = 0; loss < LOSSES; loss++) {
    await proxy.holdAnswers()
    await expect.poll(() => proxy.held.answers, WAIT).toBeGreaterThan(0)
    await loseAnswers(proxy)
    await proxy.delay(latency)
    await load.more('acknowledged', 300)
  }
  const deliveries = await load.stop()
  expect(refusals(deliveries)).toHaveLength(0)
  const { duplicates } = await scene.ledger(deliveries, 'losing its answers')
  expect(duplicates).toBeGreaterThan(0)
  expect(duplicates).toBeLessThanOrEqual(LOSSES * CONCURRENCY)
  await bridge.end()
}
