/**
 * Gives the tests of the vitest project `eventbridge` one moto server: `inject('eventbridge')`, see `shared.ts`.
 *
 * - `TEST_EVENTBRIDGE_ENDPOINT=http://host:port` names a server of yours instead, with EventBridge and CloudWatch Logs,
 *   that takes any credentials.
 * - Without Python or network, all are skipped, with one line that says why; under `REQUIRE_BROKERS=1` that is a failure.
 */
import type { TestProject } from 'vitest/node'
import { startMoto } from './eventbridge/moto.ts'

export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const given = process.env['TEST_EVENTBRIDGE_ENDPOINT']
  if (given !== undefined) {
    project.provide('eventbridge', { endpoint: given })
    return undefined
  }
  try {
    const { endpoint, stop } = await startMoto()
    project.provide('eventbridge', { endpoint })
    return stop
  } catch (cause) {
    if (process.env['REQUIRE_BROKERS'] === '1') throw cause
    const remedy = 'Install Python 3.11 or newer, or name a server with TEST_EVENTBRIDGE_ENDPOINT.'
    process.stderr.write(`No EventBridge, so its tests are SKIPPED. ${remedy} ${cause}\n`)
    project.provide('eventbridge', null)
    return undefined
  }
}
