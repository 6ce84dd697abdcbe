import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventTypes } from '../../src/event-types.ts'
import { type Program, root, startBridgeProgram } from '../spawn.ts'

// The newcomer's first minute, as it happens.
let program: Program
beforeAll(() => {
  program = startBridgeProgram(['dev'], { env: { PORT: '0' } })
})
afterAll(async () => {
  program.kill('SIGKILL')
  await program.exit()
})

const events = () =>
  program.stdout
    .trim()
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line))

test('prints one CloudEvent per documented event type, and nothing else, on standard output', async () => {
  await expect.poll(() => events().length, { timeout: 10_000 }).toBe(eventTypes.length)
  expect(
    events()
      .map(event => event.type)
      .sort()
  ).toEqual(eventTypes.map(type => `com.google.gemini.${type}`).sort())
  for (const event of events()) expect(event.data.user_metadata).toEqual({ tenant: 'acme' })
})

test('takes what the printed send line sends', async () => {
  const [line] = await program.until(/npm run -s bridge -- send .*/)
  const { stdout } = await promisify(execFile)('sh', ['-c', line], { cwd: root })
  expect(stdout).toMatch(/^msg_\S+ 204 /)
  await program.until(/"type":"com.google.gemini.batch.succeeded","subject":"batches\/[^"]+".*"tenant":"acme"/)
  expect(events()).toHaveLength(eventTypes.length + 1)
})

test('refuses the same line with another secret', async () => {
  const [line] = await program.until(/npm run -s bridge -- send .*/)
  const forged = line.replace(/whsec_\S+/, `whsec_${Buffer.alloc(32).toString('base64')}`)
  const failure = await promisify(execFile)('sh', ['-c', forged], { cwd: root }).catch(error => error)
  expect(failure).toMatchObject({ code: 1, stdout: expect.stringMatching(/ 401 ERR_SIGNATURE /) })
})

test('stops on SIGINT with 0', async () => {
  program.kill('SIGINT')
  expect(await program.exit()).toBe(0)
})

test('a wrong LOG_LEVEL is a fault of the environment, an empty one is none', async () => {
  const wrong = startBridgeProgram(['dev'], { env: { PORT: '0', LOG_LEVEL: 'verbose' } })
  expect(await wrong.exit()).toBe(1)
  expect(wrong.stderr).toContain('LOG_LEVEL')
  const empty = startBridgeProgram(['dev'], { env: { PORT: '', LOG_LEVEL: '' } })
  await empty.until(/com\.google\.gemini\.video\.generated/)
  empty.kill('SIGTERM')
  expect(await empty.exit()).toBe(0)
})
