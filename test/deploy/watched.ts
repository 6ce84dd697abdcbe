/**
 * Tests with a Prometheus that has watched a bridge through traffic of every kind, one of each for a file:
 *
 *     import { it } from './watched.ts'
 *     it('answers', async ({ watched: { prometheus, exposition } }) => { … })
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, inject, test } from 'vitest'
import { serveKeySet } from '../../src/standin/key-set.ts'
import { type Prometheus, startPrometheus } from '../brokers/prometheus/prometheus.ts'
import '../brokers/prometheus/shared.ts'
import { temporaryFolder } from '../brokers/watchdog.ts'
import { startBridgeProgram } from '../spawn.ts'
import { configuration, sendEveryKind } from './traffic.ts'

export interface Watched {
  readonly prometheus: Prometheus
  /** What the bridge gives to be scraped. */
  exposition(): Promise<string>
}

const SCRAPED_WITHIN_MS = 10_000

export const it = test
  .extend('programs', { scope: 'file' }, () => inject('prometheus'))
  .extend('scene', { scope: 'file' }, async ({ programs }, { onCleanup }): Promise<Watched | null> => {
    if (programs === null) return null
    const opened = new AsyncDisposableStack()
    onCleanup(() => opened.disposeAsync())
    const folder = temporaryFolder('watched-')
    opened.defer(() => folder.remove())
    const keySet = await serveKeySet()
    opened.defer(() => keySet.close())
    const file = join(folder.path, 'bridge.yaml')
    // JSON is YAML.
    await writeFile(file, JSON.stringify(configuration(keySet.url)))
    const bridge = startBridgeProgram(['serve', '--config', file])
    opened.defer(async () => {
      bridge.kill('SIGKILL')
      await bridge.exit()
    })
    const [, url = '', admin = ''] = await bridge.until(/"url":"([^"]+)","admin":"([^"]+)"/)
    const prometheus = await startPrometheus(programs, new URL(admin).host)
    opened.defer(() => prometheus.stop())
    const exposition = async () => (await fetch(`${admin}/metrics`)).text()

    await expect.poll(async () => (await fetch(`${url}/health/ready`)).status).toBe(200)
    // Twice, since an increase is seen between two scrapes.
    for (const round of [1, 2]) {
      await sendEveryKind(url, keySet)
      const sent = total(await exposition())
      const scraped = async () => (await prometheus.query('sum(gemini_event_bridge_webhooks_total)'))[0]?.value
      await expect.poll(scraped, { timeout: SCRAPED_WITHIN_MS, interval: 100, message: `round ${round}` }).toBe(sent)
    }
    return { prometheus, exposition }
  })
  .extend('watched', ({ scene, skip }): Watched => scene ?? skip('there is no Prometheus'))

/** How many answers the bridge has given. */
function total(exposition: string): number {
  const values = Array.from(exposition.matchAll(/^gemini_event_bridge_webhooks_total\{.*\} (\d+)$/gm), ([, value]) =>
    Number(value)
  )
  return values.reduce((sum, value) => sum + value, 0)
}
