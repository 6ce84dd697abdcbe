/**
 * Tests with Prometheus and promtool, in files named `*.prometheus.test.ts`:
 *
 *     import { it } from '../brokers/prometheus/shared.ts'
 *     it('checks', async ({ prometheus }) => { … })    // where its programs are
 */
import { inject, test } from 'vitest'
import type { PrometheusPrograms } from './programs.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Null when there are none, and their tests are skipped. */
    prometheus: PrometheusPrograms | null
  }
}

/** vitest's `it`, skipping what needs the programs where there are none. */
export const it = test.extend(
  'prometheus',
  ({ skip }): PrometheusPrograms => inject('prometheus') ?? skip('there is no Prometheus')
)
