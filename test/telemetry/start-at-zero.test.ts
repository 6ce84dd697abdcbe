import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { refusals } from '../../src/errors.ts'
import { eventTypes } from '../../src/event-types.ts'
import { createMetrics, type Metrics } from '../../src/telemetry/metrics.ts'
import { startAtZero } from '../../src/telemetry/start-at-zero.ts'
import { load } from '../config/folder.ts'
import { OTHER_SECRET, SECRET } from '../ingress/sign.ts'

const TOKEN = 'a-callback-token-of-this-test'
const key = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 8)
const none = () => 0
const gauges = { receivingRequests: none, inFlightRequests: none, inFlightBytes: none }

async function shown(
  rest: string
): Promise<(metric: (metrics: Metrics) => { get(): Promise<unknown> }) => Promise<unknown>> {
  const config = await load(`
endpoints:
  - path: /a
    verify: { static: { secrets: [${SECRET}, ${OTHER_SECRET}] } }
  - path: /b
    verify: { dynamic: { tokens: [${TOKEN}] } }
destinations:
  one: { adapter: stdout, fallback: { to: two } }
  two: { adapter: memory }
${rest}`)
  const metrics = createMetrics('', config.limits, gauges)
  startAtZero(metrics, config)
  return async metric => ((await metric(metrics).get()) as { values: unknown }).values
}

test('every secret and token has its place, the newest first, and has matched nothing yet', async () => {
  const values = await shown('')
  const a = (secret: string) => ({ endpoint: '/a', scheme: 'static', key: key(secret) })
  const b = { endpoint: '/b', scheme: 'token', key: key(TOKEN) }
  expect(await values(metrics => metrics.keyOrder)).toEqual([
    { labels: a(SECRET), value: 0 },
    { labels: a(OTHER_SECRET), value: 1 },
    { labels: b, value: 0 }
  ])
  expect(await values(metrics => metrics.signatures)).toEqual(
    [a(SECRET), a(OTHER_SECRET), b].map(labels => ({ labels, value: 0 }))
  )
})

test('what alerts look at is there before it happens', async () => {
  const values = await shown('routes: [{ to: [one] }, { to: [two] }]\ndeadLetter: two')
  const at = (labels: object) => ({ labels, value: 0 })
  expect(await values(metrics => metrics.routeMatches)).toEqual([
    at({ route: 'routes[0]' }),
    at({ route: 'routes[1]' })
  ])
  expect(await values(metrics => metrics.fallbacks)).toEqual([at({ destination: 'one' })])
  expect(await values(metrics => metrics.unrouted)).toEqual([at({ endpoint: '/a' }), at({ endpoint: '/b' })])
  expect(await values(metrics => metrics.deadLetters)).toEqual(
    ['one', 'two', 'envelope'].map(destination => at({ destination, reason: 'ERR_EVENT' }))
  )
  expect(await values(metrics => metrics.dedupeLookups)).toEqual(
    ['hit', 'shared', 'miss'].map(outcome => at({ outcome }))
  )
})

test('every answer that an endpoint can give, and every way in which a publish can end, is there before it happens', async () => {
  const values = (await shown('')) as (metric: (metrics: Metrics) => { get(): Promise<unknown> }) => Promise<unknown[]>
  const answers = await values(metrics => metrics.webhooks)
  const at = (code: number, reason: string) => ({ labels: { endpoint: '/b', code, reason }, value: 0 })
  for (const answer of [at(204, ''), at(401, 'ERR_SIGNATURE'), at(422, 'ERR_EVENT'), at(503, 'ERR_DESTINATION')])
    expect(answers).toContainEqual(answer)
  // Two endpoints: 204, and every reason but the two for what is no endpoint's.
  expect(answers).toHaveLength(2 * (1 + Object.keys(refusals).length - 2))
  const events = await values(metrics => metrics.events)
  expect(events).toHaveLength(2 * 4 * (eventTypes.length + 1))
  expect(events).toContainEqual({ labels: { destination: 'one', type: 'other', outcome: 'unavailable' }, value: 0 })
})

test('what is not configured is not there', async () => {
  const values = await shown('dedupe: off')
  for (const metric of ['routeMatches', 'deadLetters', 'dedupeLookups'] as const) {
    expect(await values(metrics => metrics[metric])).toEqual([])
  }
})
