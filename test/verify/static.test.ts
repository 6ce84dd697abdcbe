import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createVerifier, type Delivery } from '../../src/verify/verify.ts'
import { recordingLog } from './recording-log.ts'
import {
  createEd25519,
  delivery,
  NOW,
  never,
  randomSecret,
  signedFields,
  signStatic,
  withFlippedBit
} from './signers.ts'

const tolerance = { past: 300_000, future: 300_000 }
const newest = randomSecret()
const previous = randomSecret(24)
const log = recordingLog()
const verifier = createVerifier({ verify: { static: { secrets: [newest, previous] } }, tolerance }, { log })
const verify = (delivery: Delivery) => verifier.verify(delivery, never)
const refused = expect.objectContaining({ code: 'ERR_SIGNATURE', statusCode: 401 })
const fingerprintOf = (secret: string) => createHash('sha256').update(secret).digest('hex').slice(0, 8)

test('any of the secrets may have signed, and the fingerprint tells which', async () => {
  const webhook = signStatic(newest)
  expect(await verify(webhook)).toEqual({ body: webhook.body, scheme: 'static', key: fingerprintOf(newest) })
  expect((await verify(signStatic(previous))).key).toBe(fingerprintOf(previous))
  await expect(verify(signStatic(randomSecret()))).rejects.toEqual(refused)
})

test("the specification's own example verifies", async () => {
  const verifier = createVerifier(
    { verify: { static: { secrets: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'] } }, tolerance },
    { log }
  )
  const example = delivery({
    id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    timestamp: '1614265330',
    body: Buffer.from('{"test": 2432232314}'),
    signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    receivedAt: 1614265330_000
  })
  expect((await verifier.verify(example, never)).scheme).toBe('static')
})

test('one right entry is enough, wherever it stands', async () => {
  const { signature } = signStatic(newest)
  const wrong = signStatic(randomSecret()).signature
  const other = signStatic(previous).signature
  for (const header of [
    `${wrong} ${signature}`,
    `${signature} ${wrong}`,
    `${signature} ${other}`,
    `${signature} ${signature}`,
    `v1 garbage v1, v2,x  ${signature}`,
    `${Array(15).fill('v1,x').join(' ')} ${signature}`
  ]) {
    expect((await verify(delivery({ signature: header }))).scheme, header).toBe('static')
  }
})

test('of a thousand entries the right one is not looked for', async () => {
  const { signature } = signStatic(newest)
  await expect(verify(delivery({ signature: `${Array(1000).fill('v1,x').join(' ')} ${signature}` }))).rejects.toEqual(
    refused
  )
})

test.each([
  ['no comma', (signature: string) => signature.replace(',', '')],
  ['no version', (signature: string) => signature.slice(3)],
  ['another version', (signature: string) => signature.replace('v1', 'v2')],
  ['the dynamic version', (signature: string) => signature.replace('v1', 'v1a')],
  ['something behind it', (signature: string) => `${signature},x`],
  ['no padding', (signature: string) => signature.slice(0, -1)],
  ['URL-safe base64', (signature: string) => signature.replace(/[+/]/, '-')],
  ['hex', (signature: string) => `v1,${Buffer.from(signature.slice(3), 'base64').toString('hex')}`],
  [
    'characters that only look the same in one byte',
    (signature: string) => `v1,${[...signature.slice(3)].map(c => String.fromCharCode(c.charCodeAt(0) + 256)).join('')}`
  ]
])('a signature with %s does not count', async (_name, change) => {
  // One whose base64 has a character that the URL-safe alphabet lacks.
  const signed = Array.from({ length: 99 }, (_, n) => signStatic(newest, { id: `msg_${n}` })).find(({ signature }) =>
    /[+/]/.test(signature)
  ) as Delivery
  await expect(verify({ ...signed, signature: change(signed.signature) })).rejects.toEqual(refused)
})

test('a flipped bit anywhere is refused', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...signedFields),
      fc.nat(),
      fc.uint8Array({ minLength: 1, maxLength: 64 }),
      async (field, at, bytes) => {
        const signed = signStatic(newest, { body: Buffer.from(bytes) })
        await expect(verify(withFlippedBit(signed, field, at))).rejects.toEqual(refused)
        expect((await verify(signed)).scheme).toBe('static')
      }
    ),
    { numRuns: 300 }
  )
})

test('bytes are verified as they are, not as the text that they resemble', async () => {
  const raw = Buffer.from([0x22, 0xff, 0x22])
  const twin = Buffer.from('"\ufffd"')
  const { signature } = signStatic(newest, { body: twin })
  await expect(verify(delivery({ body: raw, signature }))).rejects.toEqual(refused)
  expect((await verify(signStatic(newest, { body: raw }))).body).toEqual(raw)
})

test('the timestamp is signed as it was sent, leading zeros and all', async () => {
  const timestamp = `00${Math.floor(NOW / 1000)}`
  const signed = signStatic(newest, { timestamp })
  expect((await verify(signed)).scheme).toBe('static')
  await expect(verify({ ...signed, timestamp: timestamp.slice(1) })).rejects.toEqual(refused)
})

test('the signature comes before the timestamp', async () => {
  const old = { timestamp: String(Math.floor(NOW / 1000) - 301) }
  await expect(verify(signStatic(randomSecret(), old))).rejects.toEqual(refused)
  await expect(verify(signStatic(newest, old))).rejects.toMatchObject({ code: 'ERR_TIMESTAMP' })
})

test('nothing dynamic is taken: no v1a entry, no JWT, and a token is no matter', async () => {
  await expect(verify(createEd25519().sign())).rejects.toThrow('takes v1; there came 0 v1 and 1 v1a entries')
  await expect(verify(delivery({ signature: 'a.b.c' }))).rejects.toThrow('there came a JWT')
  expect(verifier.admit('', 'v1a,x')).toBeUndefined()
  expect(verifier.admit('token=x', 'a.b.c')).toBeUndefined()
})

test('no refusal holds a secret', async () => {
  const error = await verify(delivery()).catch(error => error)
  for (const secret of [newest, previous]) expect(String(error.stack)).not.toContain(secret.slice(6, 20))
})
