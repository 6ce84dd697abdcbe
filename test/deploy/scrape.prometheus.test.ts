import { readFile } from 'node:fs/promises'
import { expect, inject } from 'vitest'
import { runPromtool } from '../brokers/prometheus/promtool.ts'
import { root } from '../spawn.ts'
import { ownMetrics } from '../telemetry/registry.ts'
import { readRules } from './rules.ts'
import { it } from './watched.ts'

it('a bridge answers its scrapes', async ({ watched: { prometheus } }) => {
  expect(await prometheus.query('up')).toEqual([
    { labels: expect.objectContaining({ __name__: 'up', job: 'gemini-event-bridge' }), value: 1 }
  ])
})

it('Prometheus finds every metric of the README', async ({ watched: { prometheus } }) => {
  const readme = await readFile(`${root}README.md`, 'utf8')
  const documented = Array.from(readme.matchAll(/^\| `(gemini_event_bridge_\w+)`/gm), ([, name = '']) => name)
  expect(new Set(documented)).toEqual(new Set(ownMetrics()))
  const found = await prometheus.query('count by (__name__) ({__name__=~"gemini_event_bridge_.+"})')
  const names = found.map(({ labels }) => labels['__name__']?.replace(/_count$/, ''))
  expect(documented.filter(name => !names.includes(name))).toEqual([])
})

it('traffic of every kind moves what it should', async ({ watched: { prometheus } }) => {
  const moved = async (metric: string, by: string) => {
    const samples = await prometheus.query(`sum by (${by}) (gemini_event_bridge_${metric}) > 0`)
    return samples.map(({ labels }) => labels[by]).sort()
  }
  expect(await moved('webhooks_total{reason!=""}', 'reason')).toEqual([
    'ERR_DESTINATION',
    'ERR_HEADERS',
    'ERR_METHOD',
    'ERR_NOT_FOUND',
    'ERR_SIGNATURE',
    'ERR_TIMESTAMP',
    'ERR_TOKEN'
  ])
  expect(await moved('events_total', 'outcome')).toEqual(['accepted', 'refused', 'unavailable'])
  expect(await moved('dead_letters_total', 'destination')).toEqual(['envelope', 'orders'])
  expect(await moved('fallbacks_total', 'destination')).toEqual(['mail'])
  expect(await moved('signatures_total', 'scheme')).toEqual(['dynamic', 'static', 'token'])
  expect(await moved('key_order', 'scheme')).toEqual(['static', 'token'])
  expect(await moved('route_matches_total', 'route')).toEqual(['routes[0]', 'routes[1]'])
  for (const metric of ['unrouted', 'stale_accepted', 'forbidden_extensions'])
    expect(await moved(`${metric}_total`, 'endpoint')).toEqual(['/hooks'])
  expect(await moved('late_acceptances_total', 'destination')).toEqual(['orders'])
  expect(await moved('dedupe_lookups_total{outcome="hit"}', 'outcome')).toEqual(['hit'])
})

it('the rules can be evaluated over what is scraped, and say what is the matter', async ({
  watched: { prometheus }
}) => {
  // The others want to see it for longer, or are not concerned.
  const firing = async () =>
    (await prometheus.rules()).filter(({ state }) => state === 'firing').map(({ name }) => name)
  await expect
    .poll(firing, { timeout: 10_000 })
    .toEqual(['GeminiEventBridgeFallbackInUse', 'GeminiEventBridgeDeadLetters', 'GeminiEventBridgeUnroutedEvents'])
  const rules = await prometheus.rules()
  expect(rules.map(({ health, name }) => [health, name])).toEqual((await readRules()).map(({ alert }) => ['ok', alert]))
})

it('an expression that is none is an error', async ({ watched: { prometheus } }) => {
  await expect(prometheus.query('sum(')).rejects.toThrow('parse error')
})

it('what is scraped is as promtool wants it', async ({ watched: { exposition } }) => {
  const programs = inject('prometheus')
  if (programs === null) throw new Error('there is no Prometheus, and a test that was not skipped')
  const { output } = await runPromtool(programs, ['check', 'metrics'], { input: await exposition() })
  // Names that prom-client gives to Node's own metrics; they are not ours to change.
  expect(output.trim().split('\n')).toEqual(
    ['handles', 'requests', 'resources'].map(
      what => `nodejs_active_${what}_total non-counter metrics should not have "_total" suffix`
    )
  )
})
