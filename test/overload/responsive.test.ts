import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { full } from '../chaos/scene.ts'
import { type Program, start } from '../spawn.ts'
import { type BridgeProgram, startProgram } from './program.ts'

const WAIT = { timeout: 30_000, interval: 100 }
const MEASURE_MS = full ? 10_000 : 2000
/** As many as ask the bridge for all that it can do, and as many as come when that is not enough. */
const BUSY = 64
const CROWDED = full ? 2000 : 500
const MOST_MS = 100

const run = (script: string, ...args: readonly string[]): Program =>
  start(process.execPath, [join(import.meta.dirname, script), ...args])
const acknowledged = (bridge: BridgeProgram) =>
  bridge.metric('gemini_event_bridge_webhooks_total{endpoint="/hooks",code="204",reason=""}')

/** Acknowledged webhooks a second under this load. */
async function measureRate(bridge: BridgeProgram): Promise<number> {
  const before = await acknowledged(bridge)
  await expect.poll(() => acknowledged(bridge), WAIT).toBeGreaterThan(before)
  const [start, from] = [await acknowledged(bridge), performance.now()]
  await sleep(MEASURE_MS)
  return ((await acknowledged(bridge)) - start) / ((performance.now() - from) / 1000)
}

const median = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0

/** How long health takes at each address: the median, less what the prober itself was late. */
async function askForHealth(urls: readonly string[]): Promise<number[]> {
  const prober = run('health-process.ts', ...urls)
  try {
    await sleep(MEASURE_MS)
    // However long an answer takes, it is waited for.
    await expect.poll(() => prober.stdout.split('\n').length, WAIT).toBeGreaterThan(20 * urls.length)
  } finally {
    prober.kill('SIGKILL')
  }
  const answers = prober.stdout
    .split('\n')
    .slice(0, -1)
    .map(line => JSON.parse(line))
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
  return urls.map(wanted => median(answers.filter(({ url }) => url === wanted).map(({ ms, late }) => ms - late)))
}

test('at four times the load that it can take, health answers on both listeners', { timeout: 120_000 }, async () => {
  const bridge = await startProgram({ kept: { adapter: 'memory' } })
  const busy = run('load-process.ts', bridge.url, String(BUSY), '1000000')
  const capacity = await measureRate(bridge)
  busy.kill('SIGKILL')

  const overload = run('load-process.ts', bridge.url, String(CROWDED), String(4 * capacity))
  try {
    await measureRate(bridge)
    for (const ms of await askForHealth([bridge.url, bridge.adminUrl])) expect(ms).toBeLessThan(MOST_MS)
    // It still does what it can.
    expect(await measureRate(bridge)).toBeGreaterThan(capacity / 4)
  } finally {
    overload.kill('SIGKILL')
  }
})
