/**
 * Tests against the run's one Redis, in files named `*.redis.test.ts`:
 *
 *     import { it } from '../brokers/redis/shared.ts'
 *     it('marks', async ({ redis }) => { … })    // its URL
 *
 * Nobody may kill, freeze, configure or empty the shared server; what needs that starts its own (`redis.ts`), or puts a
 * fault proxy before one (`../proxy.ts`). Keys are the test's own.
 */
import { inject, test } from 'vitest'

/** What the run's set-up provides. */
export interface SharedRedis {
  /** Such as `redis://127.0.0.1:6379`. */
  readonly url: string
}

declare module 'vitest' {
  export interface ProvidedContext {
    /** Null when there is none, and its tests are skipped. */
    redis: SharedRedis | null
  }
}

/** vitest's `it`, skipping what needs a server where there is none. */
export const it = test.extend('redis', ({ skip }): SharedRedis => inject('redis') ?? skip('there is no Redis'))
