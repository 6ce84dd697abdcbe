import { expect, onTestFinished, test } from 'vitest'
import { createVerifier, type Delivery, type EndpointVerification } from '../../src/verify/verify.ts'
import { serveKeys } from './key-set-server.ts'
import { recordingLog } from './recording-log.ts'
import { createEd25519, delivery, NOW, never, randomSecret, signStatic } from './signers.ts'

const tolerance = { past: 300_000, future: 300_000 }
const secret = randomSecret()
const token = 'Kq3vN8sT1xWz5bYd7fGh2j'
const ed = createEd25519()
const keys = { url: 'http://127.0.0.1:9/jwks', refresh: 600_000, coolDown: 30_000 }

function create(verify: EndpointVerification['verify']) {
  const verifier = createVerifier({ verify, tolerance }, { log: recordingLog() })
  onTestFinished(() => verifier.close())
  return {
    ...verifier,
    /** As the server does it: admitted by its query, then verified. */
    receive(webhook: Delivery, query = '') {
      const admitted = verifier.admit(query, webhook.signature)
      return verifier.verify({ ...webhook, token: admitted }, never)
    }
  }
}

test.each<[string, EndpointVerification['verify'], string]>([
  ['nothing', {}, 'needs a verifier'],
  ['insecure: false', { insecure: false }, 'needs a verifier'],
  ['no secrets', { static: { secrets: [] } }, 'needs a signing secret'],
  ['a faulty secret', { static: { secrets: [secret, `v1,${secret}`] } }, 'Paste it from whsec_ on'],
  ['insecure and static', { insecure: true, static: { secrets: [secret] } }, 'insecure endpoint cannot be'],
  ['dynamic without tokens', { dynamic: { keys } }, 'callback tokens, or anyProject'],
  ['dynamic with an empty list of tokens', { dynamic: { keys, tokens: [] } }, 'callback tokens, or anyProject'],
  ['JWT for any project', { dynamic: { keys, anyProject: true, jwt: { audience: 'p' } } }, 'JWT form needs'],
  ['keys by http', { dynamic: { anyProject: true, keys: { ...keys, url: 'http://a.example/' } } }, 'by https']
])('an endpoint with %s is not made', (_name, verify, reason) => {
  expect(() => create(verify)).toThrow(reason)
})

test('an insecure endpoint verifies nothing', async () => {
  const { receive } = create({ insecure: true })
  const webhook = delivery({ timestamp: '0' })
  expect(await receive(webhook)).toEqual({ body: webhook.body, scheme: 'insecure', key: 'none' })
})

test('an endpoint that is both takes each by its own scheme', async () => {
  await using server = await serveKeys({ keys: [ed.jwk] })
  const { receive } = create({
    static: { secrets: [secret] },
    dynamic: { tokens: [token], keys: { ...keys, url: server.url } }
  })
  expect((await receive(signStatic(secret))).scheme).toBe('static')
  expect((await receive(signStatic(secret), 'token=wrong')).scheme).toBe('static')
  expect((await receive(ed.sign(), `token=${token}`)).scheme).toBe('dynamic')
  const both = { ...ed.sign(), signature: `${ed.sign().signature} ${signStatic(secret).signature}` }
  expect((await receive(both)).scheme).toBe('static')
  const swapped = (signed: Delivery, from: string, to: string) => ({
    ...signed,
    signature: signed.signature.replace(from, to)
  })
  for (const forged of [swapped(signStatic(secret), 'v1,', 'v1a,'), swapped(ed.sign(), 'v1a,', 'v1,')]) {
    await expect(receive(forged, `token=${token}`)).rejects.toMatchObject({ code: 'ERR_SIGNATURE' })
  }
})

test('on an endpoint that is both, a v1 entry opens no way around the token', async () => {
  await using server = await serveKeys({ keys: [ed.jwk] })
  const { admit, receive } = create({
    static: { secrets: [secret] },
    dynamic: { tokens: [token], keys: { ...keys, url: server.url } }
  })
  const signed = ed.sign()
  expect(() => admit('', signed.signature)).toThrow(expect.objectContaining({ code: 'ERR_TOKEN' }))
  const disguised = { ...signed, signature: `v1,x ${signed.signature}` }
  await expect(receive(disguised)).rejects.toMatchObject({ code: 'ERR_TOKEN', statusCode: 401 })
  expect((await receive(disguised, `token=${token}`)).scheme).toBe('dynamic')
  await expect(receive(delivery({ signature: 'v1,x' }))).rejects.toMatchObject({ code: 'ERR_SIGNATURE' })
})

test('a webhook that is no longer of now is refused whatever its scheme', async () => {
  await using server = await serveKeys({ keys: [ed.jwk] })
  const { receive } = create({ dynamic: { anyProject: true, keys: { ...keys, url: server.url } } })
  const old = { timestamp: String(Math.floor(NOW / 1000) - 301) }
  await expect(receive(ed.sign(old))).rejects.toMatchObject({ code: 'ERR_TIMESTAMP' })
})
