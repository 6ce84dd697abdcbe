import { expect, onTestFinished, test, vi } from 'vitest'
import { createVerifier, type Delivery } from '../../src/verify/verify.ts'
import { serveKeys } from './key-set-server.ts'
import { recordingLog } from './recording-log.ts'
import { createEd25519, never, randomSecret, signStatic } from './signers.ts'

const [first, second] = [randomSecret(), randomSecret()]
const [oldToken, newToken] = ['Kq3vN8sT1xWz5bYd7fGh2j', 'newer-than-the-other-one']

/**
 * An endpoint that is both, with a verdict on each webhook: the scheme, or the code of the refusal.
 * @param there what `onMismatch` finds
 */
async function open(there?: { secrets?: readonly string[] }) {
  const ed = createEd25519()
  const server = await serveKeys({ keys: [ed.jwk] })
  onTestFinished(() => server[Symbol.asyncDispose]())
  const keys = { url: server.url, refresh: 600_000, coolDown: 30_000 }
  const verify = { static: { secrets: [first] }, dynamic: { tokens: [oldToken], keys } }
  const tolerance = { past: 300_000, future: 300_000 }
  const onMismatch = vi.fn(async () => {
    if (there?.secrets) renew(there.secrets, [oldToken])
  })
  const verifier = createVerifier({ verify, tolerance }, { log: recordingLog(), ...(there && { onMismatch }) })
  onTestFinished(() => verifier.close())
  const verdict = async (webhook: Delivery, query = '') => {
    try {
      const token = verifier.admit(query, webhook.signature)
      return (await verifier.verify({ ...webhook, token }, never)).scheme
    } catch (error) {
      return (error as { code?: string }).code
    }
  }
  const renew = (secrets: readonly string[], tokens: readonly string[]) =>
    verifier.renew({ static: { secrets }, dynamic: { tokens, keys } })
  return { verifier, verdict, renew, onMismatch, signDynamic: () => ed.sign() }
}

test('what is renewed counts at once, and what is gone does not', async () => {
  const { verdict, renew, signDynamic } = await open()
  expect(await verdict(signStatic(second))).toBe('ERR_SIGNATURE')
  renew([second, first], [newToken, oldToken])
  expect(await verdict(signStatic(second))).toBe('static')
  expect(await verdict(signStatic(first))).toBe('static')
  for (const token of [oldToken, newToken]) expect(await verdict(signDynamic(), `token=${token}`)).toBe('dynamic')
  renew([second], [newToken])
  expect(await verdict(signStatic(first))).toBe('ERR_SIGNATURE')
  expect(await verdict(signDynamic(), `token=${oldToken}`)).toBe('ERR_TOKEN')
  expect(await verdict(signDynamic(), `token=${newToken}`)).toBe('dynamic')
})

test.each([
  ['no secret', [], [newToken]],
  ['a faulty secret', ['whsec_short'], [newToken]],
  ['no token', [second], []]
])('%s changes nothing', async (_what, secrets, tokens) => {
  const { verdict, renew, signDynamic } = await open()
  expect(() => renew(secrets, tokens)).toThrow()
  expect(await verdict(signStatic(first))).toBe('static')
  expect(await verdict(signStatic(second))).toBe('ERR_SIGNATURE')
  expect(await verdict(signDynamic(), `token=${oldToken}`)).toBe('dynamic')
})

test('a webhook that was admitted by a token stays admitted', async () => {
  const { verifier, renew, signDynamic } = await open()
  const webhook = signDynamic()
  const token = verifier.admit(`token=${oldToken}`, webhook.signature)
  renew([first], [newToken])
  expect((await verifier.verify({ ...webhook, token }, never)).scheme).toBe('dynamic')
})

test('when nothing matches, a look at what is there by now may find the new secret', async () => {
  const there: { secrets?: readonly string[] } = {}
  const { verdict, onMismatch, signDynamic } = await open(there)
  expect(await verdict(signStatic(second))).toBe('ERR_SIGNATURE')
  there.secrets = [second, first]
  expect(await verdict(signStatic(second))).toBe('static')
  expect(onMismatch).toHaveBeenCalledTimes(2)
  // What matches, and what no secret can match, is no reason to look.
  expect(await verdict(signStatic(first))).toBe('static')
  const foreign = { ...signDynamic(), signature: 'v1a,AAAA' }
  expect(await verdict(foreign, `token=${oldToken}`)).toBe('ERR_SIGNATURE')
  expect(onMismatch).toHaveBeenCalledTimes(2)
})
