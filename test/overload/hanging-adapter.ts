import { setTimeout as sleep } from 'node:timers/promises'
import { defineAdapter, UnavailableError, z } from '../../src/adapter.ts'

/** A broker that accepts nothing, and says so only when the deadline has passed. */
export default defineAdapter({
  name: 'hanging',
  options: z.strictObject({}),
  connect: () => ({
    async publish(_event, signal) {
      await sleep(3_600_000, undefined, { signal, ref: false }).catch(() => {})
      throw new UnavailableError('It never answers.')
    },
    async close() {}
  })
})
