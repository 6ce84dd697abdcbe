import { defineAdapter, z } from '../../src/adapter.ts'

const options = z.strictObject({
  does: z.enum(['well', 'throws', 'hangs', 'nonsense']).default('well').describe('How it inspects.'),
  password: z.string().default('nobody-may-see-this').meta({ secret: true }).describe('What it tells everybody.')
})

/** An adapter for the tests of `check --connect`, which connects to nothing. */
export default defineAdapter({
  name: 'inspecting',
  options,
  async *inspect({ does, password }, { destination, body, log }) {
    log.info({}, `Looking at ${destination}.`)
    if (does === 'nonsense') yield JSON.parse('{"well":true}')
    yield { about: 'exists', state: 'ok', says: `${destination} takes ${body} bytes with the password ${password}.` }
    if (does === 'throws') throw new Error(`Nobody knows ${password} there. Ask for another one.`)
    // Without anything that keeps the process.
    if (does === 'hangs') await new Promise(() => {})
  },
  connect() {
    throw new Error('It is not for connecting.')
  }
})
