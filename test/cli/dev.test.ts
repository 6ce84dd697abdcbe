import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { eventTypes } from '../../src/event-types.ts'
import { type Program, root, startBridgeProgram } from '../spawn.ts'
import { openReceiver } from '../standin/receiver.ts'

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

/** Starts it with these options; the second value is a client of the registration API at the address that it prints. */
async function startDev(...args: readonly string[]) {
  const started = startBridgeProgram(['dev', ...args], { env: { PORT: '0' } })
  onTestFinished(async () => {
    started.kill('SIGKILL')
    await started.exit()
  })
  const [, url, key = ''] = await started.until(/export GOOGLE_GEMINI_BASE_URL=(\S+) GEMINI_API_KEY=(\S+)/)
  const call = async (method: string, path = '', body?: object) => {
    const headers = { 'x-goog-api-key': key, 'content-type': 'application/json' }
    const response = await fetch(`${url}/v1beta/webhooks${path}`, {
      method,
      headers,
      body: JSON.stringify(body) ?? null
    })
    return (await response.json()) as { readonly id: string; readonly state: string }
  }
  return { started, url, call }
}

test('registers webhooks, in more than one of it at a time, and sends them nothing but pings', async () => {
  const [one, other] = await Promise.all([startDev(), startDev()])
  expect(one.url).not.toBe(other.url)
  const { url, deliveries } = await openReceiver(response => response.writeHead(204).end())
  const { id } = await one.call('POST', '', { uri: url, subscribed_events: ['batch.succeeded'] })
  expect(await other.call('GET', `/${id}`)).toMatchObject({ error: { status: 'NOT_FOUND' } })
  await one.call('POST', `/${id}:ping`)
  await expect.poll(() => deliveries.length).toBe(1)
  expect(JSON.parse(deliveries[0]?.body ?? '')).toMatchObject({ type: 'ping' })
  one.started.kill('SIGINT')
  expect(await one.started.exit()).toBe(0)
  expect(deliveries).toHaveLength(1)
  expect(one.started.stderr).not.toContain('refused')
})

test('with --rate, sends samples to what is registered, and says what became of them', async () => {
  const { started, call } = await startDev('--rate', '200')
  let status = 204
  const { url, deliveries } = await openReceiver(response => response.writeHead(status).end())
  await started.until(/video\.generated/)
  expect(started.stderr).not.toContain('refused')
  const { id } = await call('POST', '', { uri: url, subscribed_events: ['batch.succeeded'] })
  await started.until(/^[1-9]\d* sent, [1-9]\d* acknowledged, 0 refused \(in all: .*\)$/m)
  await call('POST', `/${id}:rotateSigningSecret`)
  status = 503
  await started.until(/^.* [1-9]\d* refused \(/m)
  expect(await call('GET', `/${id}`)).toMatchObject({ state: 'enabled' })
  started.kill('SIGINT')
  expect(await started.exit()).toBe(0)

  const reports = started.stderr.match(/^\d+ sent.*$/gm)?.map(line => line.match(/\d+/g)?.map(Number) ?? []) ?? []
  for (const [, , , sent = 0, acknowledged = 0, refused = 0] of reports) expect(acknowledged + refused).toBe(sent)
  // What the end has cut off is not counted.
  expect(reports.at(-1)?.[3]).toBeLessThanOrEqual(deliveries.length)
  expect(new Set(deliveries.map(({ headers }) => headers['webhook-id'])).size).toBe(deliveries.length)
  const lines = started.stdout.trim().split('\n')
  expect(lines).toHaveLength(eventTypes.length)
})

test.each(['-1', '1001', '1.5', 'many', ''])('refuses the rate %j', async rate => {
  const program = startBridgeProgram(['dev', '--rate', rate], { env: { PORT: '0' } })
  expect(await program.exit()).toBe(2)
  expect(program.stderr).toContain('It must be a whole number from 0 to 1000.')
})
