import { expect, test } from 'vitest'
import type { FaultProxy } from '../brokers/proxy.ts'
import { isAcknowledged, type Load } from './load.ts'
import { loseAnswers, throughLossOfAnswers } from './losing-answers.ts'
import { full, type Scene, WAIT } from './scene.ts'
import { throughOutage } from './through-outage.ts'

/** A broker behind a fault proxy, and what may happen to it. */
export interface Victim {
  readonly proxy: FaultProxy
  /** A place of its own for a test, and the scene there. */
  open(): Promise<Scene>
  kill(load: Load): unknown
  revive(): unknown
  freeze(): unknown
  thaw(): unknown
}

/** A broker that is not on the same machine, so that several requests are in flight when something happens to it. */
const LATENCY_MS = 10

/**
 * Tests a broker in every kind of trouble.
 * @param victim asked while a test runs
 * @param often what every run has time for; the others come with `npm run test:full`
 * @param copies how often an event may have been written, at most, whose answers are all lost
 */
export function testTroubles(victim: () => Victim, often: readonly string[], copies: number): void {
  const troubles = {
    killed: { fault: (load: Load) => victim().kill(load), mend: () => victim().revive() },
    'refusing connections': { fault: () => victim().proxy.refuse(), mend: () => victim().proxy.pass() },
    'resetting connections': { fault: () => victim().proxy.reset(), mend: () => victim().proxy.pass() },
    frozen: { fault: () => victim().freeze(), mend: () => victim().thaw(), copies },
    mute: { fault: () => victim().proxy.holdAnswers(), mend: () => loseAnswers(victim().proxy), copies }
  }
  const open = async () => {
    await victim().proxy.delay(LATENCY_MS)
    return victim().open()
  }
  for (const [name, trouble] of Object.entries(troubles)) {
    test.runIf(full || often.includes(name))(
      `${name}: refused in time, then at once, and accepted when it is back`,
      async () => throughOutage(await open(), { name, ...trouble })
    )
  }
  test('losing its answers: all is accepted in time, and written at most once more per loss', async () => {
    await throughLossOfAnswers(await open(), victim().proxy, LATENCY_MS)
  })
}

/**
 * Kills a server that keeps all in memory with requests in flight: what it has accepted has to be with the consumer
 * before it dies.
 * @param arrived the ids that the consumer has read so far
 */
export async function killForgetful(
  server: { kill(): Promise<void> },
  { proxy, arrived, load }: { proxy: FaultProxy; arrived: () => Promise<readonly string[]>; load: Load }
): Promise<void> {
  await proxy.holdAnswers()
  const acknowledged = load.deliveries.filter(isAcknowledged).map(({ id }) => id)
  await expect.poll(arrived, WAIT).toEqual(expect.arrayContaining(acknowledged))
  await server.kill()
  await proxy.refuse()
}
