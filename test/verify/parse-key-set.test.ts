import { generateKeyPairSync } from 'node:crypto'
import fc from 'fast-check'
import { calculateJwkThumbprint, exportJWK } from 'jose'
import { expect, test } from 'vitest'
import { parseKeySet } from '../../src/verify/parse-key-set.ts'
import { createEd25519, createRsa } from './signers.ts'

const ed = createEd25519('ed-1').jwk
const rsa = createRsa('rsa-1').jwk
const parse = (keys: unknown[], types: Parameters<typeof parseKeySet>[1] = ['ed25519', 'rsa']) =>
  parseKeySet(JSON.stringify({ keys }), types)

test('keys come with their kid and the thumbprint that jose computes', async () => {
  expect(parse([ed, rsa])).toMatchObject([
    { type: 'ed25519', kid: 'ed-1', thumbprint: await calculateJwkThumbprint({ ...ed } as never) },
    { type: 'rsa', kid: 'rsa-1', thumbprint: await calculateJwkThumbprint({ ...rsa } as never) }
  ])
})

test('the thumbprint does not depend on how the key was written', () => {
  const [plain] = parse([ed])
  const [written] = parse([{ x: ed.x, use: 'sig', alg: 'EdDSA', crv: ed.crv, kty: ed.kty, key_ops: ['verify'] }])
  expect(written).toMatchObject({ thumbprint: plain?.thumbprint, kid: undefined })
})

test('only the kinds asked for', () => {
  expect(parse([rsa, ed], ['ed25519'])).toMatchObject([{ type: 'ed25519' }])
  expect(() => parse([rsa], ['ed25519'])).toThrow('none of its 1 keys is a usable ed25519 key')
})

test.each([
  ['null', null],
  ['a string', 'key'],
  ['an array', []],
  ['an unknown kind', { kty: 'XX', crv: 'Ed25519' }],
  ['another curve', { kty: 'OKP', crv: 'X25519', x: ed.x }],
  ['an elliptic curve', generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' })],
  ['a symmetric key', { kty: 'oct', k: 'AAAA' }],
  ['a short Ed25519 key', { ...ed, x: 'AAAA' }],
  ['an Ed25519 key without its point', { ...ed, x: undefined }],
  ['an Ed25519 key with a number for it', { ...ed, x: 7 }],
  ['a key for encryption', { ...ed, use: 'enc' }],
  ['an RSA key for another algorithm', { ...rsa, alg: 'RS512' }],
  ['an RSA key of 1024 bits', createRsa('small', 1024).jwk]
])('%s is skipped', (_name, jwk) => {
  expect(parse([jwk, ed])).toMatchObject([{ kid: 'ed-1' }])
  expect(() => parse([jwk])).toThrow('none of its 1 keys is a usable')
})

test('of a private key that somebody published, the public half is used', async () => {
  const { privateKey } = generateKeyPairSync('ed25519')
  expect(parse([await exportJWK(privateKey)])[0]?.key.type).toBe('public')
})

test('the first 16 usable keys are used', () => {
  const keys = Array.from({ length: 17 }, (_, n) => ({ ...ed, kid: String(n) }))
  expect(parse([{ kty: 'XX' }, ...keys]).map(({ kid }) => kid)).toEqual(keys.slice(0, 16).map(({ kid }) => kid))
})

test.each([
  ['', 'not JSON'],
  ['<html>', 'not JSON'],
  ['null', 'no array "keys"'],
  ['[]', 'no array "keys"'],
  ['{}', 'no array "keys"'],
  ['{"keys":{}}', 'no array "keys"'],
  ['{"keys":[]}', 'none of its 0 keys']
])('%j is no answer: %s', (text, reason) => {
  expect(() => parseKeySet(text, ['ed25519'])).toThrow(reason)
})

test('whatever the keys are, they are skipped or they are public keys', () => {
  const member = fc.constantFrom('kty', 'crv', 'x', 'n', 'e', 'kid', 'use', 'alg')
  const value = fc.oneof(fc.constantFrom('OKP', 'RSA', 'Ed25519', ed.x, rsa.n, rsa.e), fc.jsonValue({ maxDepth: 1 }))
  fc.assert(
    fc.property(fc.array(fc.dictionary(member, value)), keys => {
      for (const { key } of parse([ed, ...keys])) expect(key.type).toBe('public')
    })
  )
})
