import { expect, onTestFinished, test, vi } from 'vitest'
import { isTooOld } from '../../src/verify/timestamp.ts'
import { createVerifier } from '../../src/verify/verify.ts'
import { recordingLog } from './recording-log.ts'
import { NOW, never, randomSecret, signStatic } from './signers.ts'

const tolerance = { past: 300_000, future: 300_000 }
const secret = randomSecret()
const now = Math.floor(NOW / 1000)

/** Verifies a webhook of this age in seconds; `mayBeOld` answers if it is asked. */
function verify(age: number, answer: boolean, signedWith = secret) {
  const verifier = createVerifier({ verify: { static: { secrets: [secret] } }, tolerance }, { log: recordingLog() })
  onTestFinished(() => verifier.close())
  const mayBeOld = vi.fn(async () => answer)
  const webhook = signStatic(signedWith, { timestamp: String(now - age), receivedAt: NOW })
  return { mayBeOld, verified: verifier.verify(webhook, never, mayBeOld) }
}

test('what is too old is taken when it may be', async () => {
  const { mayBeOld, verified } = verify(301, true)
  expect((await verified).scheme).toBe('static')
  expect(mayBeOld).toHaveBeenCalledTimes(1)
})

test('and refused when it may not', async () => {
  await expect(verify(301, false).verified).rejects.toMatchObject({ code: 'ERR_TIMESTAMP' })
})

test.each([300, 0, -300])('what is %i s old needs no excuse', async age => {
  const { mayBeOld, verified } = verify(age, false)
  await verified
  expect(mayBeOld).not.toHaveBeenCalled()
})

test('what is of the future has none', async () => {
  const { mayBeOld, verified } = verify(-301, true)
  await expect(verified).rejects.toMatchObject({ code: 'ERR_TIMESTAMP' })
  expect(mayBeOld).not.toHaveBeenCalled()
})

test('nor has a forgery, of which nobody is asked', async () => {
  const { mayBeOld, verified } = verify(301, true, randomSecret())
  await expect(verified).rejects.toMatchObject({ code: 'ERR_SIGNATURE' })
  expect(mayBeOld).not.toHaveBeenCalled()
})

test.each([
  [now - 300, false],
  [now - 301, true],
  [now + 3600, false]
])('%i is too old: %s', (timestamp, tooOld) => {
  expect(isTooOld(String(timestamp), NOW, tolerance)).toBe(tooOld)
})
