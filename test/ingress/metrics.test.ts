import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { EventError } from '../../src/errors.ts'
import { sample } from '../../src/standin/samples.ts'
import { dynamicSigner, staticSigner } from '../../src/standin/sign.ts'
import { startTestBridge, type TestBridge } from './harness.ts'
import { openKeySet } from './key-set.ts'
import { nowInSeconds, OTHER_SECRET, SECRET } from './sign.ts'

const TOKEN = 'a-callback-token-of-this-test'
const fingerprint = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 8)
const series = async (bridge: TestBridge) =>
  (await bridge.metrics()).split('\n').filter(line => line.startsWith('gemini_event_bridge_'))

test('a good webhook and refused ones are counted', async () => {
  await using bridge = await startTestBridge()
  const old = new Date(Date.now() - 3_600_000)
  await bridge.deliver({ body: JSON.stringify(sample('batch.failed', { now: old })) })
  await bridge.deliver({ signer: staticSigner(OTHER_SECRET) })
  await bridge.deliver({ timestamp: nowInSeconds() - 1000 })
  await bridge.deliver({ target: '/nope' })
  await bridge.deliver({ body: '[]' })
  bridge.broker.publish = () => Promise.reject(new EventError('The broker takes 10 bytes.'))
  await bridge.deliver()
  const values = Object.fromEntries(
    (await series(bridge)).map(line => [line.slice(20, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))])
  )
  const key = fingerprint(SECRET)
  expect(values).toMatchObject({
    'webhooks_total{endpoint="/hooks",code="204",reason=""}': 1,
    'webhooks_total{endpoint="/hooks",code="401",reason="ERR_SIGNATURE"}': 1,
    'webhooks_total{endpoint="/hooks",code="401",reason="ERR_TIMESTAMP"}': 1,
    'webhooks_total{endpoint="/hooks",code="422",reason="ERR_EVENT"}': 2,
    'webhooks_total{endpoint="none",code="404",reason="ERR_NOT_FOUND"}': 1,
    'webhook_duration_seconds_count{endpoint="/hooks"}': 5,
    [`signatures_total{endpoint="/hooks",scheme="static",key="${key}"}`]: 3,
    'events_total{destination="t",type="batch.failed",outcome="accepted"}': 1,
    'events_total{destination="t",type="batch.succeeded",outcome="refused"}': 1,
    'publish_duration_seconds_count{destination="t"}': 2,
    'destination_up{destination="t"}': 1,
    'event_age_seconds_bucket{le="900",type="batch.failed"}': 0,
    'event_age_seconds_bucket{le="14400",type="batch.failed"}': 1,
    receiving_requests: 0,
    in_flight_requests: 0,
    in_flight_bytes: 0,
    limit_in_flight_requests: 1000,
    limit_connections: 5000,
    limit_receiving_requests: 500
  })
})

test('dynamic webhooks count by key and by token, so that one can see when an old one is unused', async () => {
  await using keySet = await openKeySet(1)
  await using bridge = await startTestBridge({
    endpoints: [{ path: '/jobs', verify: { dynamic: { tokens: [TOKEN], keys: keySet.url } } }]
  })
  await bridge.deliver({ target: `/jobs?token=${TOKEN}`, signer: dynamicSigner(...keySet.keys) })
  const [thumbprint] = /"kid":"([^"]+)"/.exec(await (await fetch(keySet.url)).text())?.slice(1) ?? []
  const name = 'gemini_event_bridge_signatures_total'
  expect(await bridge.metric(`${name}{endpoint="/jobs",scheme="dynamic",key="${thumbprint}"}`)).toBe(1)
  expect(await bridge.metric(`${name}{endpoint="/jobs",scheme="token",key="${fingerprint(TOKEN)}"}`)).toBe(1)
  const last = await bridge.metric('gemini_event_bridge_key_set_last_success_timestamp_seconds{endpoint="/jobs"}')
  expect(Math.abs(last - Date.now() / 1000)).toBeLessThan(10)
})
