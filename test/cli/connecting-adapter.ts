import { defineAdapter, UnavailableError, z } from '../../src/adapter.ts'

const options = z.strictObject({
  does: z.enum(['connects', 'refuses', 'hangs']).default('connects').describe('How it connects.')
})

/** An adapter for the tests of `check --connect`, which does not inspect. */
export default defineAdapter({
  name: 'connecting',
  options,
  async connect({ does }, { log }) {
    if (does === 'hangs') await new Promise(() => {})
    if (does === 'refuses') throw new UnavailableError('The door is locked. Bring the key.')
    return {
      publish: () => Promise.reject(new Error('It published.')),
      async close() {
        log.info({}, 'It was closed.')
      }
    }
  }
})
