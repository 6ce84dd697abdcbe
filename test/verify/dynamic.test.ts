import { createPublicKey } from 'node:crypto'
import fc from 'fast-check'
import { calculateJwkThumbprint } from 'jose'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createVerifier, type Delivery } from '../../src/verify/verify.ts'
import { serveKeys } from './key-set-server.ts'
import { recordingLog } from './recording-log.ts'
import {
  createEd25519,
  createRsa,
  delivery,
  never,
  randomSecret,
  signedFields,
  signStatic,
  withFlippedBit
} from './signers.ts'

const [a, b, c] = [createEd25519('a'), createEd25519('b'), createEd25519('c')]
const refused = expect.objectContaining({ code: 'ERR_SIGNATURE', statusCode: 401 })

function create(url: string, options: { refresh?: number; coolDown?: number; tokens?: string[] } = {}) {
  const { refresh = 600_000, coolDown = 30_000, tokens } = options
  const onKeySet = vi.fn()
  const verifier = createVerifier(
    {
      verify: { dynamic: { tokens, anyProject: tokens === undefined, keys: { url, refresh, coolDown } } },
      tolerance: { past: 300_000, future: 300_000 }
    },
    { log: recordingLog(), onKeySet }
  )
  onTestFinished(() => verifier.close())
  return { ...verifier, onKeySet, verify: (delivery: Delivery) => verifier.verify(delivery, never) }
}

test('any key of the set may have signed, and its thumbprint tells which', async () => {
  await using server = await serveKeys({ keys: [a.jwk, b.jwk, c.jwk] })
  const { verify, onKeySet } = create(server.url)
  for (const signer of [a, b, c]) {
    const webhook = signer.sign()
    expect(await verify(webhook)).toEqual({
      body: webhook.body,
      scheme: 'dynamic',
      key: await calculateJwkThumbprint(signer.jwk as never)
    })
  }
  await expect(verify(createEd25519().sign())).rejects.toEqual(refused)
  expect(server.requests).toBe(1)
  expect(onKeySet.mock.calls).toEqual([[true]])
})

test('one right entry of the first three is enough', async () => {
  await using server = await serveKeys({ keys: [a.jwk] })
  const { verify } = create(server.url)
  const { signature } = a.sign()
  const other = b.sign().signature
  const webhook = (header: string) => delivery({ signature: header })
  expect((await verify(webhook(`${other} v1,x ${other} ${signature}`))).scheme).toBe('dynamic')
  expect((await verify(webhook(`v1a,x v1a,x ${signature}`))).scheme).toBe('dynamic')
  await expect(verify(webhook(`${other} ${other} ${other} ${signature}`))).rejects.toEqual(refused)
})

test('a flipped bit anywhere is refused', async () => {
  await using server = await serveKeys({ keys: [b.jwk, a.jwk] })
  const { verify } = create(server.url)
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...signedFields),
      fc.nat(),
      fc.uint8Array({ minLength: 1, maxLength: 64 }),
      async (field, at, bytes) => {
        const signed = a.sign({ body: Buffer.from(bytes) })
        await expect(verify(withFlippedBit(signed, field, at))).rejects.toEqual(refused)
        expect((await verify(signed)).scheme).toBe('dynamic')
      }
    ),
    { numRuns: 150 }
  )
})

test('the bytes of a body that is not UTF-8 are verified as they are', async () => {
  await using server = await serveKeys({ keys: [a.jwk] })
  const { verify } = create(server.url)
  const raw = Buffer.from([0x22, 0xff, 0x22])
  expect((await verify(a.sign({ body: raw }))).body).toEqual(raw)
  const { signature } = a.sign({ body: Buffer.from('"\ufffd"') })
  await expect(verify(delivery({ body: raw, signature }))).rejects.toEqual(refused)
})

test.each([
  ['nothing', () => ''],
  ['no base64', () => 'x'.repeat(88)],
  ['too few bytes', () => Buffer.alloc(63).toString('base64')],
  ['too many bytes', () => Buffer.alloc(65).toString('base64')],
  ['no padding', (signature: string) => signature.slice(0, -2)],
  ['more padding', (signature: string) => `${signature}=`],
  ['unused bits that are not zero', (signature: string) => signature.replace(/.==$/, 'B==')],
  ['URL-safe base64', (signature: string) => `-${signature.slice(1)}`]
])(
  'a signature with %s is refused without asking for keys: 401 even where they are not to be had',
  async (_name, change) => {
    await using server = await serveKeys((_request, response) => response.writeHead(500).end())
    const { verify, onKeySet } = create(server.url, { coolDown: 0, refresh: 1_000_000 })
    await vi.waitFor(() => expect(onKeySet).toHaveBeenCalled())
    const signature = `v1a,${change(a.sign().signature.slice(4))}`
    await expect(verify(delivery({ signature }))).rejects.toEqual(refused)
    await expect(verify(a.sign())).rejects.toMatchObject({ code: 'ERR_KEYS' })
    expect(server.requests).toBe(1)
  }
)

test('nothing static is taken, and no JWT unless configured', async () => {
  await using server = await serveKeys({ keys: [a.jwk, createRsa('r').jwk] })
  const { verify } = create(server.url)
  await expect(verify(signStatic(randomSecret()))).rejects.toThrow('takes v1a; there came 1 v1 and 0 v1a entries')
  await expect(verify(delivery({ signature: 'a.b.c' }))).rejects.toThrow('there came a JWT')
})

test('the public key is no signing secret', async () => {
  await using server = await serveKeys({ keys: [a.jwk] })
  const { verify } = create(server.url)
  const der = createPublicKey({ format: 'jwk', key: a.jwk }).export({ format: 'der', type: 'spki' })
  for (const key of [Buffer.from(a.jwk.x ?? '', 'base64url'), der]) {
    await expect(verify(signStatic(key.toString('base64')))).rejects.toEqual(refused)
  }
})

test('keys are rotated: the new one verifies at once, the old one no longer', async () => {
  await using server = await serveKeys({ keys: [a.jwk, b.jwk] })
  const { verify } = create(server.url, { coolDown: 0 })
  expect((await verify(a.sign())).scheme).toBe('dynamic')
  server.answer({ keys: [b.jwk, c.jwk] })
  expect((await verify(c.sign())).scheme).toBe('dynamic')
  await expect(verify(a.sign())).rejects.toEqual(refused)
})

test('the 16th key counts, the 17th does not', async () => {
  const fillers = Array.from({ length: 15 }, () => createEd25519().jwk)
  await using server = await serveKeys({ keys: [...fillers, a.jwk, b.jwk] })
  const { verify } = create(server.url)
  expect((await verify(a.sign())).scheme).toBe('dynamic')
  await expect(verify(b.sign())).rejects.toEqual(refused)
})

test('the first webhook waits for the keys', async () => {
  const asked = Promise.withResolvers<() => void>()
  await using server = await serveKeys((_request, response) => {
    asked.resolve(() => response.end(JSON.stringify({ keys: [a.jwk] })))
  })
  const { verify } = create(server.url)
  const verified = verify(a.sign())
  const answer = await asked.promise
  answer()
  expect((await verified).scheme).toBe('dynamic')
})

test('a set without any key for v1a is an outage, even if it has keys for the JWT form', async () => {
  await using server = await serveKeys({ keys: [createRsa('r').jwk] })
  await expect(create(server.url).verify(a.sign())).rejects.toMatchObject({ code: 'ERR_KEYS' })
})

test('a closed verifier asks for no more keys', async () => {
  await using server = await serveKeys({ keys: [a.jwk] })
  const { close, verify } = create(server.url, { coolDown: 0 })
  await verify(a.sign())
  close()
  await expect(verify(b.sign())).rejects.toThrow('shutting down')
  expect(server.requests).toBe(1)
})

test('where tokens are configured, a signature is nothing without one', async () => {
  const token = 'Kq3vN8sT1xWz5bYd7fGh2j'
  await using server = await serveKeys({ keys: [a.jwk] })
  const { admit, verify } = create(server.url, { tokens: ['another-token-01234567', token] })
  const signed = a.sign()
  for (const query of ['', 'token=wrong', `token=${token}&token=${token}`, 'token=']) {
    expect(() => admit(query, signed.signature)).toThrow(
      expect.objectContaining({ code: 'ERR_TOKEN', statusCode: 401 })
    )
  }
  await expect(verify(signed)).rejects.toMatchObject({ code: 'ERR_TOKEN' })
  expect((await verify({ ...signed, token: admit(`token=${token}`, signed.signature) })).scheme).toBe('dynamic')
  expect(() => admit('token=wrong', signed.signature)).not.toThrow(token)
})

test('for any project, no token is asked for', async () => {
  await using server = await serveKeys({ keys: [a.jwk] })
  expect(create(server.url).admit('token=x', a.sign().signature)).toBeUndefined()
})
