import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseSecret } from '../../src/verify/secret.ts'

const base64 = 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const key = Buffer.from(base64, 'base64')

test('a secret is standard base64, with or without its prefix', () => {
  expect(parseSecret(`whsec_${base64}`)).toEqual(key)
  expect(parseSecret(base64)).toEqual(key)
})

test.each([
  ['', 'is empty'],
  [' \n', 'is empty'],
  [`whsec_${base64}\n`, 'begins or ends with white space'],
  [` whsec_${base64}`, 'begins or ends with white space'],
  [`whsec_${base64} whsec_${base64}`, 'white space in it'],
  [`v1,whsec_${base64}`, 'Paste it from whsec_ on'],
  [`whpk_${base64}`, 'asymmetric'],
  [`whsk_${base64}`, 'asymmetric'],
  ['whsec_', 'Paste the base64 behind it'],
  [`whsec_${base64.replace('9', '-')}`, 'URL-safe'],
  [`whsec_${base64.replace('9', '_')}`, 'URL-safe'],
  [`"whsec_${base64}"`, 'quotes perhaps'],
  [`whsec_${base64}!`, 'other characters'],
  [`whsec_${base64.slice(0, 8)}=${base64.slice(8)}`, 'other characters'],
  ['$' + '{env:GEMINI_WEBHOOK_SECRET}', 'other characters'],
  [`whsec_${base64.slice(0, -1)}`, 'padding'],
  [`whsec_${base64}=`, 'padding'],
  ['MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaR=', 'padding'], // its last character has unused bits that are not zero
  [`whsec_${Buffer.alloc(15, 7).toString('base64')}`, 'has 15 bytes, fewer than 16']
])('%j is refused: %s', (text, reason) => {
  expect(() => parseSecret(text)).toThrow(reason)
})

test('16 bytes are enough, and 100 are not too many', () => {
  expect(parseSecret(Buffer.alloc(16, 7).toString('base64'))).toHaveLength(16)
  expect(parseSecret(Buffer.alloc(100, 7).toString('base64'))).toHaveLength(100)
})

test('every key comes back from its base64', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 64 }), bytes => {
      expect(parseSecret(`whsec_${Buffer.from(bytes).toString('base64')}`)).toEqual(Buffer.from(bytes))
    })
  )
})

test('no message holds any part of the secret', () => {
  // From characters that no message is made of, so that whatever appears must come from the secret.
  const unlikely = fc.string({ unit: fc.constantFrom('Q', 'Z', '8', '7', '+', '\n', '-', '$', '%'), minLength: 4 })
  const prefix = fc.constantFrom('', 'whsec_', 'v1,whsec_', 'whsk_', ' ')
  fc.assert(
    fc.property(prefix, unlikely, (prefix, rest) => {
      try {
        parseSecret(prefix + rest)
      } catch (error) {
        for (let start = 0; start + 3 <= rest.length; start++) {
          expect((error as Error).message).not.toContain(rest.slice(start, start + 3))
        }
      }
    })
  )
})
