import { createHash, createHmac, generateKeyPairSync } from 'node:crypto'
import fc from 'fast-check'
import { calculateJwkThumbprint, SignJWT } from 'jose'
import { expect, onTestFinished, test } from 'vitest'
import { VerificationError } from '../../src/errors.ts'
import { createJwtVerifier } from '../../src/verify/jwt.ts'
import { createKeySet } from '../../src/verify/key-set.ts'
import { createVerifier, type Delivery } from '../../src/verify/verify.ts'
import { serveKeys } from './key-set-server.ts'
import { recordingLog } from './recording-log.ts'
import { createEd25519, createRsa, delivery, NOW, never } from './signers.ts'

const rsa = createRsa('rsa-1')
const ed = createEd25519('ed-1')
const token = 'Kq3vN8sT1xWz5bYd7fGh2j'
const body = delivery().body
const hash = (encoding: 'hex' | 'base64url' | 'base64') => createHash('sha256').update(body).digest(encoding)
const good = { aud: 'my-project', iss: 'https://issuer', exp: NOW / 1000 + 60, body_hash: hash('hex') }
const options = { audience: 'my-project', issuer: 'https://issuer', bodyClaim: 'body_hash' }

async function create(jwt: object = options, keys: object[] = [ed.jwk, rsa.jwk]) {
  const server = await serveKeys({ keys })
  onTestFinished(() => server.stop())
  const verifier = createVerifier(
    {
      verify: {
        dynamic: {
          tokens: [token],
          jwt: jwt as typeof options,
          keys: { url: server.url, refresh: 600_000, coolDown: 0 }
        }
      },
      tolerance: { past: 300_000, future: 300_000 }
    },
    { log: recordingLog() }
  )
  onTestFinished(() => verifier.close())
  return {
    server,
    verifier,
    verify(signature: string, parts: Partial<Delivery> = {}) {
      const admitted = verifier.admit(`token=${token}`, signature)
      return verifier.verify(delivery({ signature, token: admitted, ...parts }), never)
    }
  }
}

const refused = (why: string) =>
  expect.objectContaining({ code: 'ERR_SIGNATURE', statusCode: 401, message: expect.stringContaining(why) })

test("a claim with the body's SHA-256, in hex or base64url, vouches for the body", async () => {
  const { verify } = await create()
  const key = await calculateJwkThumbprint(rsa.jwk as never)
  for (const body_hash of [hash('hex'), hash('hex').toUpperCase(), hash('base64url')]) {
    expect(await verify(await rsa.token({ ...good, body_hash }))).toEqual({ body, scheme: 'jwt', key })
  }
})

test('claims that are the event vouch for themselves, and the body for nothing', async () => {
  const { verify } = await create()
  const claims = { ...good, body_hash: undefined, type: 'batch.succeeded', data: { id: 'batch_7' } }
  const { body } = await verify(await rsa.token(claims), { body: Buffer.from('{"type":"forged"}') })
  expect(body.toString()).toBe(JSON.stringify(claims))
})

test.each<[string, object, string]>([
  ['expired', { exp: NOW / 1000 - 1 }, '"exp" claim'],
  ['without exp', { exp: undefined }, '"exp" claim'],
  ['with an exp in words', { exp: 'tomorrow' }, '"exp" claim'],
  ['not yet valid', { nbf: NOW / 1000 + 5 }, '"nbf" claim'],
  ['for another audience', { aud: 'other-project' }, '"aud" claim'],
  ['without an audience', { aud: undefined }, '"aud" claim'],
  ['of another issuer', { iss: 'https://other' }, '"iss" claim'],
  ['without an issuer', { iss: undefined }, '"iss" claim'],
  [
    'for another body',
    { body_hash: hash('hex').replace(/^./, d => (d === '0' ? '1' : '0')) },
    'not the SHA-256 of the body'
  ],
  ['with a hash in plain base64', { body_hash: hash('base64') }, 'not the SHA-256'],
  ['with a hash that is no string', { body_hash: { hash: hash('hex') } }, 'not the SHA-256'],
  ['for another body, though its claims are an event', { body_hash: 'x', type: 'batch.succeeded' }, 'not the SHA-256'],
  ['that covers nothing', { body_hash: undefined }, 'does not cover the body'],
  ['with an empty type', { body_hash: undefined, type: '' }, 'does not cover the body'],
  ['with a type that is no string', { body_hash: undefined, type: 7 }, 'does not cover the body']
])('a token %s is refused', async (_name, claims, why) => {
  const { verify } = await create()
  await expect(verify(await rsa.token({ ...good, ...claims }))).rejects.toEqual(refused(why))
})

test('without bodyClaim, a hash in the claims is nothing', async () => {
  const { verify } = await create({ audience: 'my-project' })
  await expect(verify(await rsa.token(good))).rejects.toEqual(refused('no bodyClaim is configured'))
})

test('an issuer is asked for only where configured, and an audience may be one of several', async () => {
  const { verify } = await create({ audience: 'my-project', bodyClaim: 'body_hash' })
  expect((await verify(await rsa.token({ ...good, iss: 'any', aud: ['x', 'my-project'] }))).scheme).toBe('jwt')
})

test('only RS256, by a key of the key set with its kid', async () => {
  const { verify } = await create()
  const unsigned = (header: object) =>
    [header, good].map(part => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  const pem = rsa.publicKey.export({ format: 'pem', type: 'spki' })
  const hs256 = unsigned({ alg: 'HS256', kid: 'rsa-1' })
  const { privateKey } = generateKeyPairSync('ed25519')
  const eddsa = await new SignJWT(good).setProtectedHeader({ alg: 'EdDSA', kid: 'ed-1' }).sign(privateKey)
  const notAllowed = refused('"alg"')
  await expect(verify(`${unsigned({ alg: 'none', kid: 'rsa-1' })}.AA`)).rejects.toEqual(notAllowed)
  await expect(verify(`${hs256}.${createHmac('sha256', pem).update(hs256).digest('base64url')}`)).rejects.toEqual(
    notAllowed
  )
  await expect(verify(eddsa)).rejects.toEqual(notAllowed)
  await expect(verify(await createRsa('rsa-1').token(good))).rejects.toEqual(refused('signature verification failed'))
  await expect(verify(await rsa.token(good, { kid: 'other' }))).rejects.toEqual(refused('no RSA key with its kid'))
  await expect(verify(await rsa.token(good, { kid: 'ed-1' }))).rejects.toEqual(refused('no RSA key with its kid'))
  await expect(verify(await rsa.token(good, { kid: undefined }))).rejects.toEqual(refused('no kid'))
})

test.each([
  ['an extension that must be understood', { crit: ['x'], x: 1 }, JSON.stringify(good)],
  ['an unencoded payload', { b64: false, crit: ['b64'] }, JSON.stringify(good)],
  ['claims that are no JSON', {}, 'claims'],
  ['claims that are no object', {}, '[]']
])('a well-signed token with %s is refused', async (_name, header, claims) => {
  const { verify } = await create()
  await expect(verify(rsa.oddToken(header, claims))).rejects.toEqual(refused('The JWT was refused'))
})

test('an RSA key of fewer than 2048 bits vouches for nothing', async () => {
  const small = createRsa('small', 1024)
  const { verify } = await create(options, [small.jwk, rsa.jwk])
  await expect(verify(small.oddToken({}, JSON.stringify(good)))).rejects.toEqual(refused('no RSA key with its kid'))
})

test('one token vouches for one webhook-id, however its signature is spelled', async () => {
  const { verify } = await create()
  const jwt = await rsa.token(good)
  await verify(jwt)
  await verify(jwt)
  await expect(verify(jwt, { id: 'msg_other' })).rejects.toEqual(refused('another webhook-id'))
  // Of the last base64url character of 256 bytes, four bits are unused.
  const last = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const respelled = jwt.slice(0, -1) + last[last.indexOf(jwt.slice(-1)) + 1]
  await expect(verify(respelled, { id: 'msg_other' })).rejects.toEqual(refused('another webhook-id'))
  await verify(await rsa.token({ ...good, jti: '2' }), { id: 'msg_other' })
})

test('a new token that cannot be remembered is to come again', async () => {
  await using server = await serveKeys({ keys: [rsa.jwk] })
  const keys = createKeySet({ url: server.url, refresh: 1e6, coolDown: 0, types: ['rsa'], log: recordingLog() })
  onTestFinished(() => keys.close())
  const verify = createJwtVerifier(options, keys, 1)
  const first = await rsa.token(good)
  await verify(delivery({ signature: first }), never)
  const second = delivery({ id: 'msg_2', signature: await rsa.token({ ...good, jti: '2' }) })
  await expect(verify(second, never)).rejects.toMatchObject({ code: 'ERR_BUSY', statusCode: 503 })
  await expect(verify(delivery({ id: 'msg_2', signature: first }), never)).rejects.toEqual(
    refused('another webhook-id')
  )
})

test('beside it, v1a is still taken, a token is needed, and the timestamp counts', async () => {
  const { verify, verifier } = await create()
  expect((await verify(ed.sign().signature)).scheme).toBe('dynamic')
  const jwt = await rsa.token(good)
  expect(() => verifier.admit('', jwt)).toThrow(expect.objectContaining({ code: 'ERR_TOKEN' }))
  await expect(verifier.verify(delivery({ signature: jwt }), never)).rejects.toMatchObject({ code: 'ERR_TOKEN' })
  await expect(verify(jwt, { timestamp: '1' })).rejects.toMatchObject({ code: 'ERR_TIMESTAMP' })
})

test("a token is the header's whole value", async () => {
  const { verify } = await create()
  const jwt = await rsa.token(good)
  for (const header of [
    `${jwt} ${jwt}`,
    `v1,${jwt}`,
    `Bearer ${jwt}`,
    `${jwt}.x`,
    `${jwt}=`,
    jwt.slice(0, jwt.lastIndexOf('.'))
  ]) {
    await expect(verify(header), header).rejects.toEqual(refused('No signature matches'))
  }
})

test('without keys: 503 for what they might verify, 401 for what they never could', async () => {
  const { server, verify } = await create()
  server.answer((_request, response) => response.writeHead(500).end())
  await expect(verify(await rsa.token(good, { kid: 'new' }))).rejects.toMatchObject({
    code: 'ERR_KEYS',
    statusCode: 503
  })
  await expect(verify('e30.e30.AA')).rejects.toMatchObject({ code: 'ERR_SIGNATURE' })
})

test('no hostile token does anything but be refused', async () => {
  const { verify } = await create()
  const [header, claims, signature] = (await rsa.token(good)).split('.') as [string, string, string]
  const json = fc.jsonValue({ maxDepth: 2 }).map(value => Buffer.from(JSON.stringify(value)).toString('base64url'))
  const named = fc
    .dictionary(
      fc.constantFrom('alg', 'kid', 'b64', 'crit', 'typ', 'jwk'),
      fc.oneof(fc.constantFrom('RS256', 'rsa-1'), fc.jsonValue({ maxDepth: 1 }))
    )
    .map(value => Buffer.from(JSON.stringify(value)).toString('base64url'))
  const segment = fc.oneof(
    json,
    named,
    fc.constantFrom(header, claims, signature),
    fc.base64String({ minLength: 4 }).map(text => text.replace(/\W/g, '-'))
  )
  await fc.assert(
    fc.asyncProperty(segment, segment, segment, async (...parts) => {
      fc.pre(parts.join('.') !== `${header}.${claims}.${signature}` && parts.every(part => part !== ''))
      await expect(verify(parts.join('.'))).rejects.toMatchObject({ code: 'ERR_SIGNATURE' })
    }),
    { numRuns: 200 }
  )
})

test('no refusal holds the token or its claims', async () => {
  const { verify } = await create()
  const jwt = await rsa.token({ ...good, aud: 'other', user_metadata: 'swordfish' })
  const error = await verify(jwt).catch(error => error)
  expect(error).toBeInstanceOf(VerificationError)
  expect(error.cause).toBeUndefined()
  for (const secret of jwt.split('.')) expect(String(error.stack)).not.toContain(secret)
})
