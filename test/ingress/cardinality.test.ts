import pino from 'pino'
import { expect, test } from 'vitest'
import { refusals } from '../../src/errors.ts'
import { eventTypes } from '../../src/event-types.ts'
import { staticSigner } from '../../src/standin/sign.ts'
import { emptyRegistry } from '../telemetry/registry.ts'
import { genuine, startTestBridge, type TestBridge } from './harness.ts'
import { openKeySet } from './key-set.ts'
import { SECRET, signed } from './sign.ts'
import { bytesOf, type Parts, wire } from './wire.ts'

const TOKEN = 'a-callback-token-of-this-test'
const REQUESTS = 10_000
const CONNECTIONS = 8
/** For each connection: what it has received is kept, and searched. */
const REQUESTS_A_CONNECTION = 100

const signer = staticSigner(SECRET)
const hex = (index: number, digits: number) => (index + 1).toString(16).padStart(digits, '0')

/** What a sender can make up, in requests that get as far as such requests can: one in four each way. */
function madeUp(index: number): Parts {
  const word = `word${index}`
  const body = JSON.stringify({
    type: word,
    version: word,
    data: { id: word, user_metadata: { tenant: word, [word]: word } }
  })
  const headers = [
    ['traceparent', `00-${hex(index, 32)}-${hex(index, 16)}-01`],
    ['tracestate', `${word}=${word}`],
    [`x-${word}`, word],
    ['user-agent', word]
  ] as const
  const kinds: readonly Parts[] = [
    genuine({ id: word, body, signer, headers, target: `/hooks?${word}=${word}` }),
    { method: index % 8 === 1 ? 'POST' : 'PROPFIND', target: `/${word}`, headers, body },
    { target: `/jobs?token=${word}`, headers: [...signed(body, { id: word, signer }), ...headers], body },
    { target: `/jobs?token=${TOKEN}`, headers: signed(body, { signer: () => `v1a,${word} ${word},${word}` }), body }
  ]
  return kinds[index % kinds.length] ?? {}
}

/** Sends these requests; how often each status came. */
async function send(url: string, from: number, to: number): Promise<Readonly<Record<number, number>>> {
  const statuses: Record<number, number> = {}
  let next = from
  const sender = async () => {
    while (next < to) {
      await using connection = await wire(url)
      for (let left = REQUESTS_A_CONNECTION; left > 0 && next < to; left -= 1) {
        const index = next++
        connection.write(bytesOf(madeUp(index)))
        const { status } = await connection.reply()
        statuses[status] = (statuses[status] ?? 0) + 1
      }
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, sender))
  return statuses
}

/** The bridge's own series. */
async function series(bridge: TestBridge): Promise<readonly string[]> {
  const lines = (await bridge.metrics()).split('\n').filter(line => line.startsWith('gemini_event_bridge_'))
  return lines.map(line => line.slice(0, line.lastIndexOf(' ')))
}

/** The most series of the bridge's own metrics that a configuration can have: how many values each label takes. */
function bound(values: Readonly<Record<string, number>>): number {
  const own = emptyRegistry()
    .getMetricsAsArray()
    .filter(({ name }) => name.startsWith('gemini_event_bridge_'))
  return own.reduce((sum, metric) => {
    const { labelNames = [], upperBounds } = metric as {
      labelNames?: readonly string[]
      upperBounds?: readonly number[]
    }
    const each = upperBounds === undefined ? 1 : upperBounds.length + 3
    return sum + labelNames.reduce((product, label) => product * (values[label] ?? Number.NaN), each)
  }, 0)
}

test('whatever 10,000 senders make up, the number of series is one that follows from the configuration', async () => {
  await using keySet = await openKeySet(1)
  await using bridge = await startTestBridge({
    endpoints: [
      { path: '/hooks', verify: { static: { secrets: [SECRET] } } },
      { path: '/jobs', verify: { dynamic: { tokens: [TOKEN], keys: keySet.url } } }
    ],
    rest: { events: { extensions: { tenant: 'user_metadata.tenant' } } },
    limits: { receive: '3s', drain: '5s' },
    logger: pino({ level: 'silent' })
  })
  const counts = (each: number) => ({ 204: each, 401: 2 * each, 404: each })
  const first = 8
  expect(await send(bridge.url, 0, first)).toEqual(counts(first / 4))
  const before = await series(bridge)
  expect(await send(bridge.url, first, REQUESTS)).toEqual(counts((REQUESTS - first) / 4))
  const after = await series(bridge)
  expect(after).toEqual(before)
  expect(after.join('\n')).not.toContain('word')
  expect(after.length).toBeLessThan(
    bound({
      version: 1,
      // Two, and none.
      endpoint: 3,
      // The reason says the code, but for an acknowledgement and the three answers of the HTTP parser.
      code: 1,
      reason: Object.keys(refusals).length + 4,
      type: eventTypes.length + 1,
      // One, and the envelope.
      destination: 2,
      // accepted, refused, unavailable, dropped; hit, shared, miss, silent.
      outcome: 4,
      // A secret, a token, a key of the key set: each belongs to one scheme.
      scheme: 1,
      key: 3,
      extension: 1,
      route: 0
    })
  )
  const other = 'gemini_event_bridge_events_total{destination="t",type="other",outcome="accepted"}'
  expect(await bridge.metric(other)).toBe(REQUESTS / 4)
})
