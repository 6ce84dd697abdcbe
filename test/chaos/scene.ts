import { expect, onTestFinished } from 'vitest'
import { balance, expectNothingLost, type Ledger } from './ledger.ts'
import { type Delivery, type Load, startLoad } from './load.ts'
import { type BridgeProgram, startProgram } from './program.ts'

/** What a wait for a condition may take at most. */
export const WAIT = { timeout: 30_000, interval: 50 }
/** The tests that every run has time for are not all; these come with `npm run test:full`. */
export const full = process.env['TEST_FULL'] === '1'

/** Where a test's bridge publishes to. */
export interface Place {
  /** The bridge's environment: the adapter and its options. */
  readonly env: Readonly<Record<string, string>>
  /** The id of every event that an independent consumer has read so far, as often as it has read it. */
  arrived(): Promise<readonly string[]>
}

/** What every test does to its place. */
export interface Scene {
  /** Starts a bridge that publishes there. It may not be ready yet. */
  bridge(): Promise<BridgeProgram>
  /** Puts a bridge under load, and waits until it flows. */
  load(bridge: BridgeProgram): Promise<Load>
  /** What became of all these deliveries, of which none that was acknowledged may be lost. */
  ledger(deliveries: readonly Delivery[], title: string): Promise<Ledger>
}

/** Sets a scene that is cleared when the test ends. */
export function openScene({ env, arrived }: Place): Scene {
  return {
    async bridge() {
      const bridge = await startProgram(env)
      onTestFinished(() => bridge.kill())
      return bridge
    },
    async load(bridge) {
      await expect.poll(bridge.ready, WAIT).toBe(true)
      const load = startLoad(bridge.url)
      onTestFinished(async () => {
        await load.stop()
      })
      await load.more('acknowledged', 500)
      return load
    },
    async ledger(deliveries, title) {
      const ledger = balance(deliveries, await arrived())
      expectNothingLost(ledger, title)
      return ledger
    }
  }
}
