import { expect, onTestFinished, test } from 'vitest'
import { isReadable } from '../../../adapters/http/inspect.ts'
import http from '../../../adapters/http.ts'
import { within } from '../../../src/testing/expect.ts'
import { folder, SECRET } from '../../config/folder.ts'
import { freePort, startBridgeProgram } from '../../spawn.ts'
import { inShort, inspected, saysOf } from '../inspected.ts'
import { CERTIFICATE_FILE, certificate } from './certificate.ts'
import { openRawServer } from './raw-server.ts'
import { openReceiver } from './receiver.ts'

const UNKNOWN = ['permission: unknown', 'durability: unknown']

test('it connects, and sends nothing', async () => {
  const arrived: string[] = []
  const server = await openRawServer(() => arrived.push('something'))
  const findings = await inspected(http, { url: server.url, token: 'secret' })
  expect(inShort(findings)).toEqual(['reachable: ok', ...UNKNOWN])
  expect(saysOf(findings, 'permission', 'unknown')).toContain(server.url)
  expect(arrived).toEqual([])
  await expect.poll(() => server.sockets.size).toBe(0)
})

// Of this host, not of loopback: a name for all addresses of this machine.
const PLAIN = 'http://0.0.0.0'

test.each([
  [{ token: 'secret' }, true],
  [{ query: 'code=secret' }, true],
  [{ headers: { 'x-api-key': 'secret' } }, true],
  [{}, false]
])('%j by http to elsewhere: %s', async (secrets, warned) => {
  const receiver = await openReceiver()
  onTestFinished(() => receiver.close())
  const findings = await inspected(http, { url: `${PLAIN}:${receiver.port}`, ...secrets })
  const expected = warned ? ['authenticated: warning', ...UNKNOWN] : UNKNOWN
  expect(inShort(findings)).toEqual(['reachable: ok', ...expected])
  if (warned) expect(saysOf(findings, 'authenticated', 'warning')).toMatch(/as they are\. Use https/)
  expect(JSON.stringify(findings)).not.toContain('secret')
})

test.each([
  ['http://a.example/b', true],
  ['http://10.0.0.1', true],
  ['http://127.example/b', true],
  ['https://a.example/b', false],
  ['http://localhost:3500/b', false],
  ['http://127.0.0.1:3500/b', false],
  ['http://[::1]/b', false]
])('a secret that goes to %s can be read: %s', (url, readable) => {
  expect(isReadable(http.options.parse({ url, token: 'secret' }))).toBe(readable)
  expect(isReadable(http.options.parse({ url }))).toBe(false)
})

test('by https, check --connect warns of nothing, and shows no secret', async () => {
  const receiver = await openReceiver(certificate)
  onTestFinished(() => receiver.close())
  const token = 'a-token-nobody-may-see'
  const destinations = { a: { adapter: 'http', url: receiver.url, token } }
  const endpoints = [{ path: '/a', verify: { static: { secrets: [SECRET] } } }]
  const cwd = await folder({ 'bridge.yaml': JSON.stringify({ endpoints, destinations }) })
  const env = { NODE_EXTRA_CA_CERTS: CERTIFICATE_FILE }
  const program = startBridgeProgram(['check', '--config', 'bridge.yaml', '--connect'], { cwd, env })
  expect(await program.exit()).toBe(0)
  expect(program.stdout).toMatch(/reachable: ok\n.*its certificate is trusted\./)
  expect(program.stdout).toMatch(/faults: 0\n +warnings: 0\n +unknown: 2/)
  expect(program.stdout + program.stderr).not.toContain(token)
})

test.each(['http', 'https'])('%s where nobody listens', async scheme => {
  for (const host of ['127.0.0.1', 'localhost']) {
    const findings = await inspected(http, { url: `${scheme}://${host}:${await freePort()}` })
    expect(inShort(findings)).toEqual(['reachable: fault'])
    expect(saysOf(findings, 'reachable', 'fault')).toMatch(/cannot be reached \(ECONNREFUSED\)\. Check url/)
  }
})

test('what does not answer is not waited for', async () => {
  const mute = await openRawServer(() => {})
  const url = mute.url.replace('http:', 'https:')
  const findings = await within(4000, inspected(http, { url }), 'its end')
  expect(saysOf(findings, 'reachable', 'fault')).toMatch(/did not answer\. See whether it is up/)
  const stopped = inspected(http, { url }, {}, AbortSignal.timeout(100))
  expect(inShort(await within(1000, stopped, 'its end'))).toEqual(['reachable: fault'])
  await expect.poll(() => mute.sockets.size).toBe(0)
})
