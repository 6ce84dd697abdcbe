import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { type Code, UnavailableError } from '../../src/errors.ts'
import { dynamicSigner } from '../../src/standin/sign.ts'
import { BODY, startTestBridge, until } from './harness.ts'
import { openKeySet } from './key-set.ts'
import { nowInSeconds, SECRET, signed } from './sign.ts'
import type { Header, Parts } from './wire.ts'

const TOKEN = 'a-callback-token-of-this-test'
const faults = [
  ['path', 'ERR_NOT_FOUND'],
  ['method', 'ERR_METHOD'],
  ['size', 'ERR_TOO_LARGE'],
  ['encoding', 'ERR_ENCODING'],
  ['headers', 'ERR_HEADERS'],
  ['token', 'ERR_TOKEN'],
  ['signature', 'ERR_SIGNATURE'],
  ['timestamp', 'ERR_TIMESTAMP'],
  ['envelope', 'ERR_EVENT'],
  ['destination', 'ERR_DESTINATION']
] as const satisfies [string, Code][]

test('of several faults, the one that is cheapest to see is answered', async () => {
  await using keySet = await openKeySet()
  await using bridge = await startTestBridge({
    endpoints: [{ path: '/jobs', verify: { dynamic: { tokens: [TOKEN], keys: keySet.url } } }]
  })
  bridge.broker.publish = () => Promise.reject(new UnavailableError('The broker is at lunch.'))
  const [key] = keySet.keys
  const forger = generateKeyPairSync('ed25519').privateKey

  const request = (has: ReadonlySet<string>): Parts => {
    const body = has.has('envelope') ? 'no envelope' : BODY
    const timestamp = nowInSeconds() - (has.has('timestamp') ? 1000 : 0)
    const signer = dynamicSigner(has.has('signature') || key === undefined ? forger : key)
    const headers: Header[] = signed(body, { timestamp, signer }).slice(has.has('headers') ? 1 : 0)
    if (has.has('encoding')) headers.push(['content-encoding', 'br'])
    if (has.has('size')) headers.push(['content-length', '1000000'])
    return {
      method: has.has('method') ? 'PUT' : 'POST',
      target: `${has.has('path') ? '/job' : '/jobs'}${has.has('token') ? '?token=wrong' : `?token=${TOKEN}`}`,
      headers,
      body: has.has('size') ? '' : body
    }
  }

  const codes = []
  for (const index of faults.keys()) {
    const reply = await bridge.send(request(new Set(faults.slice(index).map(([fault]) => fault))))
    codes.push(JSON.parse(reply.body).code)
  }
  expect(codes).toEqual(faults.map(([, code]) => code))
})

test('the limits come after path, method, size and encoding, and before the headers', async () => {
  await using bridge = await startTestBridge({ limits: { inFlightRequests: 1 } })
  bridge.broker.publish = (_event, signal) =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
  const first = bridge.deliver()
  await until(async () => (await bridge.metric('gemini_event_bridge_in_flight_requests')) === 1)
  const code = async (parts: Parts) => JSON.parse((await bridge.send(parts)).body).code
  expect(await code({})).toBe('ERR_BUSY')
  expect(await code({ target: '/nope' })).toBe('ERR_NOT_FOUND')
  expect(await code({ method: 'PATCH' })).toBe('ERR_METHOD')
  expect(await code({ headers: [['content-length', '1000000']] })).toBe('ERR_TOO_LARGE')
  expect(await code({ headers: [['content-encoding', 'zstd']] })).toBe('ERR_ENCODING')
  expect((await first).status).toBe(503)
})

test('an endpoint that is static as well asks for a token only where a signature needs one', async () => {
  await using keySet = await openKeySet()
  await using bridge = await startTestBridge({
    endpoints: [
      { path: '/hooks', verify: { static: { secrets: [SECRET] }, dynamic: { tokens: [TOKEN], keys: keySet.url } } }
    ]
  })
  const signer = dynamicSigner(...keySet.keys)
  expect((await bridge.deliver()).status).toBe(204)
  expect((await bridge.deliver({ signer, target: `/hooks?token=${TOKEN}` })).status).toBe(204)
  expect(JSON.parse((await bridge.deliver({ signer })).body).code).toBe('ERR_TOKEN')
  // A v1 entry opens the door, but only it can then vouch for the webhook.
  const both = bridge.deliver({ signer: (webhook, time) => `v1,AAAA ${signer(webhook, time)}` })
  expect(JSON.parse((await both).body).code).toBe('ERR_TOKEN')
})
