/**
 * Gives the tests of the vitest project `prometheus` its programs: `inject('prometheus')`, see `prometheus/shared.ts`.
 * Each test starts its own, with what it has to scrape.
 *
 * Without the programs or their package, all are skipped, with one line that says why; under `REQUIRE_BROKERS=1` that is
 * a failure.
 */
import type { TestProject } from 'vitest/node'
import { findPrometheus } from './prometheus/programs.ts'

export default async function setup(project: TestProject): Promise<void> {
  try {
    project.provide('prometheus', await findPrometheus())
  } catch (cause) {
    if (process.env['REQUIRE_BROKERS'] === '1') throw cause
    const remedy = 'Install Prometheus 2.42 or newer, with promtool.'
    process.stderr.write(`No Prometheus, so its tests are SKIPPED. ${remedy} ${cause}\n`)
    project.provide('prometheus', null)
  }
}
