import { expect, it, onTestFinished } from 'vitest'
import type { Finding } from '../../src/adapter.ts'
import { inspectKeySet } from '../../src/cli/check/key-set.ts'
import { type KeySetServer, serveKeySet } from '../../src/standin/key-set.ts'
import type { DynamicVerification } from '../../src/verify/dynamic.ts'
import { inShort, saysOf } from '../adapters/inspected.ts'
import { freePort } from '../spawn.ts'
import { serveKeys } from '../verify/key-set-server.ts'
import { createEd25519, createRsa, never } from '../verify/signers.ts'

async function inspect(url: string, jwt?: DynamicVerification['jwt']): Promise<Finding[]> {
  const findings: Finding[] = []
  const keys = { url, refresh: 600_000, coolDown: 30_000 }
  for await (const finding of inspectKeySet({ keys, jwt }, never)) findings.push(finding)
  return findings
}

async function standIn(mode: KeySetServer['mode'] = 'serve'): Promise<KeySetServer> {
  const server = await serveKeySet()
  onTestFinished(() => server.close())
  server.mode = mode
  return server
}

it('counts the keys of which the endpoint makes use', async () => {
  const { url } = await standIn()
  const findings = await inspect(url)
  expect(inShort(findings)).toEqual(['reachable: ok', 'exists: ok'])
  expect(saysOf(findings, 'exists', 'ok')).toBe('Usable keys: 3.')
  await using mixed = await serveKeys({ keys: [createEd25519().jwk, createRsa().jwk] })
  expect(saysOf(await inspect(mixed.url), 'exists', 'ok')).toBe('Usable keys: 1.')
  expect(saysOf(await inspect(mixed.url, { audience: 'a' }), 'exists', 'ok')).toBe('Usable keys: 2.')
})

it.each([
  ['fail', /: it answered 500\. Dynamic webhooks get 503\. Let this machine reach it/],
  ['hang', /it did not answer within 2 s/],
  ['redirect', /redirect/],
  ['huge', /larger than 64 KiB/]
] as const)('a key set that cannot be loaded is a fault: %s', async (mode, says) => {
  const findings = await inspect((await standIn(mode)).url)
  expect(inShort(findings)).toEqual(['reachable: fault'])
  expect(saysOf(findings, 'reachable', 'fault')).toMatch(says)
})

it.each([
  ['empty', /none of its 0 keys is a usable ed25519 key/],
  ['garbage', /the answer is not JSON.*Correct verify\.dynamic\.keys/]
] as const)('a key set without a usable key is a fault: %s', async (mode, says) => {
  const findings = await inspect((await standIn(mode)).url)
  expect(inShort(findings)).toEqual(['reachable: ok', 'exists: fault'])
  expect(saysOf(findings, 'exists', 'fault')).toMatch(says)
})

it('so is one where nobody listens', async () => {
  const findings = await inspect(`http://127.0.0.1:${await freePort()}/jwks.json`)
  expect(saysOf(findings, 'reachable', 'fault')).toMatch(/ECONNREFUSED.*firewall/)
})
