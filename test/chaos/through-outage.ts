import { expect } from 'vitest'
import { CONCURRENCY, type Load, redeliver } from './load.ts'
import { expectRefusedAtOnce, refusals } from './outage.ts'
import type { BridgeProgram } from './program.ts'
import { type Scene, WAIT } from './scene.ts'

/** A way for a broker to be in trouble, and back. */
export interface Trouble {
  readonly name: string
  readonly fault: (load: Load) => unknown
  readonly mend: () => unknown
  /** How often an event that was in flight may have been written, at most, although its answers were lost: once. */
  readonly copies?: number
}

/**
 * Takes a bridge under load through an outage: what the broker does not take is refused in time, then at once, and
 * accepted when it is back, without a restart; and all that was refused is accepted when it is delivered again.
 */
export async function throughOutage(scene: Scene, { name, fault, mend, copies = 1 }: Trouble): Promise<void> {
  const bridge: BridgeProgram = await scene.bridge()
  const load = await scene.load(bridge)
  expect(await bridge.up()).toBe(true)
  await fault(load)
  try {
    await expect.poll(bridge.up, WAIT).toBe(false)
    await load.more('refused', 2 * CONCURRENCY)
  } finally {
    await mend()
  }
  await load.more('acknowledged', 500)
  const deliveries = await load.stop()
  expect(await bridge.up()).toBe(true)

  const refused = refusals(deliveries)
  expectRefusedAtOnce(refused)
  const before = await scene.ledger(deliveries, name)
  // What was in flight at the fault may have been written, once by each attempt whose answer was lost.
  expect(before.duplicates + before.refusedButThere).toBeLessThanOrEqual(copies * CONCURRENCY)
  const again = await redeliver(bridge.url, refused)
  expect(refusals(again)).toHaveLength(0)
  const after = await scene.ledger([...deliveries, ...again], `${name}, and redelivered`)
  expect(after.acknowledged).toBe(after.sent)
  await bridge.end()
}
