import fc from 'fast-check'
import { Webhook } from 'standardwebhooks'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { readHeaders } from '../../src/verify/headers.ts'
import { createVerifier } from '../../src/verify/verify.ts'
import { recordingLog } from './recording-log.ts'
import { createEd25519, NOW, never, randomSecret, signStatic } from './signers.ts'

/*
 * Our verifier beside the reference implementation, both ways: what it signs we accept, and on whatever request both
 * say the same. Where we differ, a test names the difference.
 */
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW })
})
afterEach(() => {
  vi.useRealTimers()
})

interface Request {
  readonly id: string
  readonly timestamp: string
  readonly signature: string
  readonly body: Buffer
}

const secret = randomSecret()
const reference = new Webhook(secret)
const tolerance = { past: 300_000, future: 300_000 }
const ours = createVerifier({ verify: { static: { secrets: [secret] } }, tolerance }, { log: recordingLog() })

async function weAccept({ id, timestamp, signature, body }: Request, verifier = ours): Promise<boolean> {
  try {
    const headers = readHeaders({
      'webhook-id': [id],
      'webhook-timestamp': [timestamp],
      'webhook-signature': [signature]
    })
    await verifier.verify({ ...headers, body, receivedAt: NOW }, never)
    return true
  } catch {
    return false
  }
}

function theyAccept({ id, timestamp, signature, body }: Request): boolean {
  const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature }
  try {
    reference.verify(body, headers, { jsonParse: false })
    return true
  } catch {
    return false
  }
}

function theySign(id: string, seconds: number, body: string): Request {
  const signature = reference.sign(id, new Date(seconds * 1000), body)
  return { id, timestamp: String(seconds), signature, body: Buffer.from(body) }
}

const second = Math.floor(NOW / 1000)
const id = fc.string({
  unit: fc.integer({ min: 0x21, max: 0x7e }).map(c => String.fromCharCode(c)),
  minLength: 1,
  maxLength: 256
})
const body = fc.string({ unit: 'grapheme' }).map(text => text.toWellFormed())
const fresh = fc.integer({ min: second - 300, max: second + 300 })

test('what the reference signs, we accept', async () => {
  await fc.assert(
    fc.asyncProperty(id, fresh, body, async (id, seconds, body) => {
      expect(await weAccept(theySign(id, seconds, body))).toBe(true)
    })
  )
})

test('what we would accept, the reference accepts', async () => {
  await fc.assert(
    fc.asyncProperty(id, fresh, body, async (id, seconds, body) => {
      const signed = signStatic(secret, { id, timestamp: String(seconds), body: Buffer.from(body) })
      expect(theyAccept(signed)).toBe(true)
      expect(await weAccept(signed)).toBe(true)
    })
  )
})

test('on requests that were tampered with, and on timestamps at the edge, both say the same', async () => {
  const seconds = fc.oneof(fresh, fc.constantFrom(second - 301, second + 301, 0), fc.nat(2 ** 31))
  const header = fc.array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constant('GOOD') },
      fc.constantFrom('v1', 'v1,', 'v2,x', 'v1,AAAA', 'v1a,GOOD', '', 'v1,R0VNSU5J+R0VNSU5J+R0VNSU5J+R0VNSU5J+R0VNSQ=')
    ),
    { maxLength: 5 }
  )
  let accepted = 0
  await fc.assert(
    fc.asyncProperty(id, id, seconds, body, header, fc.boolean(), async (id, other, seconds, body, header, tamper) => {
      const signed = theySign(id, seconds, body)
      const signature = header
        .join(' ')
        .replace('v1a,GOOD', signed.signature.replace('v1', 'v1a'))
        .replaceAll('GOOD', signed.signature)
      const request = { ...signed, id: tamper ? other : id, signature: signature === '' ? 'x' : signature }
      const verdict = theyAccept(request)
      if (verdict) accepted++
      expect(await weAccept(request)).toBe(verdict)
    }),
    { numRuns: 300 }
  )
  expect(accepted).toBeGreaterThan(20)
})

test('difference: a body with byte 0xFF does not verify as its U+FFFD twin', async () => {
  const twin = theySign('msg_1', second, '"\ufffd"')
  const request = { ...twin, body: Buffer.from([0x22, 0xff, 0x22]) }
  expect([theyAccept(request), await weAccept(request)]).toEqual([true, false])
})

test('difference: a body that is not UTF-8 verifies by its own bytes', async () => {
  const request = signStatic(secret, { body: Buffer.from([0x22, 0xff, 0x22]) })
  expect([theyAccept(request), await weAccept(request)]).toEqual([false, true])
})

test('difference: a timestamp is digits, all of it', async () => {
  const signed = theySign('msg_1', second, '{}')
  for (const timestamp of [`${second}abc`, ` ${second}`, `+${second}`, `${second}.5`]) {
    const request = { ...signed, timestamp }
    expect([theyAccept(request), await weAccept(request)], timestamp).toEqual([true, false])
  }
})

test('difference: leading zeros of a timestamp are signed', async () => {
  const timestamp = `0${second}`
  const without = { ...theySign('msg_1', second, '{}'), timestamp }
  expect([theyAccept(without), await weAccept(without)]).toEqual([true, false])
  const withZeros = signStatic(secret, { timestamp })
  expect([theyAccept(withZeros), await weAccept(withZeros)]).toEqual([false, true])
})

test('difference: nothing may stand behind a signature', async () => {
  const signed = theySign('msg_1', second, '{}')
  const request = { ...signed, signature: `${signed.signature},more` }
  expect([theyAccept(request), await weAccept(request)]).toEqual([true, false])
})

test('difference: only the first 16 entries', async () => {
  const signed = theySign('msg_1', second, '{}')
  const request = { ...signed, signature: `${'v1,x '.repeat(16)}${signed.signature}` }
  expect([theyAccept(request), await weAccept(request)]).toEqual([true, false])
})

test('difference: an id has at most 256 characters, all visible ASCII', async () => {
  for (const id of ['x'.repeat(257), 'a b', 'caf\xe9']) {
    const request = theySign(id, second, '{}')
    expect([theyAccept(request), await weAccept(request)], id).toEqual([true, false])
  }
})

test('difference: several secrets', async () => {
  const other = randomSecret()
  const both = createVerifier({ verify: { static: { secrets: [other, secret] } }, tolerance }, { log: recordingLog() })
  const request = signStatic(other)
  expect([theyAccept(request), await weAccept(request, both)]).toEqual([false, true])
  expect(await weAccept(theySign('msg_1', second, '{}'), both)).toBe(true)
})

test('difference: the tolerance is configurable', async () => {
  const wide = createVerifier(
    { verify: { static: { secrets: [secret] } }, tolerance: { past: 3_600_000, future: 0 } },
    { log: recordingLog() }
  )
  const old = theySign('msg_1', second - 3600, '{}')
  expect([theyAccept(old), await weAccept(old, wide)]).toEqual([false, true])
  const early = theySign('msg_1', second + 1, '{}')
  expect([theyAccept(early), await weAccept(early, wide)]).toEqual([true, false])
})

test('difference: a body need not be JSON', async () => {
  const request = theySign('msg_1', second, 'not JSON')
  const headers = { 'webhook-id': 'msg_1', 'webhook-timestamp': String(second), 'webhook-signature': request.signature }
  expect(() => reference.verify(request.body, headers)).toThrow(SyntaxError)
  expect(await weAccept(request)).toBe(true)
})

test('difference: v1a', () => {
  expect(theyAccept(createEd25519().sign())).toBe(false) // ours is dynamic.test.ts
})
