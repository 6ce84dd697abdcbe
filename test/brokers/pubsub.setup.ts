/**
 * Gives the tests of the vitest project `pubsub` real servers and the peer: `inject('pubsub')`, see `shared.ts`.
 *
 * - `TEST_PUBSUB_EMULATOR_HOST=host:port` names a server of yours instead; tests that need pstest are skipped.
 * - Without Go or network, all are skipped, with one line that says why; under `REQUIRE_BROKERS=1` that is a failure.
 * - Google's emulator is used where it is.
 */
import type { TestProject } from 'vitest/node'
import { emulatorJar, startEmulator } from './pubsub/emulator.ts'
import { startPeer } from './pubsub/peer-process.ts'
import { startPstest } from './pubsub/pstest.ts'
import type { SharedPubsub } from './pubsub/shared.ts'
import type { MemoryServer } from './server.ts'

export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  try {
    const { pubsub, stop } = await start()
    project.provide('pubsub', pubsub)
    return stop
  } catch (cause) {
    if (process.env['REQUIRE_BROKERS'] === '1') throw cause
    process.stderr.write(`No Pub/Sub, so its tests are SKIPPED. ${cause}\n`)
    project.provide('pubsub', null)
    return undefined
  }
}

async function start(): Promise<{ pubsub: SharedPubsub; stop: () => Promise<void> }> {
  const given = process.env['TEST_PUBSUB_EMULATOR_HOST']
  const parts = await Promise.allSettled([
    startPeer(),
    given ? null : startPstest(),
    given ? null : startFoundEmulator()
  ])
  const stop = async () => {
    await Promise.all(parts.map(part => (part.status === 'fulfilled' ? part.value?.stop() : undefined)))
  }
  const [peer, pstest, emulator] = parts
  if (peer.status === 'fulfilled' && pstest.status === 'fulfilled' && emulator.status === 'fulfilled') {
    const at = { emulator: given || (emulator.value?.at ?? null), pstest: pstest.value?.at ?? null }
    return { pubsub: { ...at, peer: peer.value.port }, stop }
  }
  await stop()
  throw parts.find(part => part.status === 'rejected')?.reason
}

async function startFoundEmulator(): Promise<MemoryServer | null> {
  const jar = emulatorJar()
  if (jar !== undefined) return startEmulator(jar)
  process.stderr.write('No Pub/Sub emulator (PUBSUB_EMULATOR_JAR, or beside gcloud), so its tests use pstest.\n')
  return null
}
