import { expect, test } from 'vitest'
import { parseKeysUrl } from '../../src/verify/keys-url.ts'

test.each([
  'https://generativelanguage.googleapis.com/.well-known/jwks.json',
  'http://127.0.0.1:8080/jwks',
  'http://127.9.9.9/jwks',
  'http://localhost/jwks',
  'http://[::1]:8080/jwks'
])('%s may be asked', text => {
  expect(parseKeysUrl(text).href).toBe(text)
})

test.each([
  ['', 'not a URL'],
  ['generativelanguage.googleapis.com', 'not a URL'],
  ['http://generativelanguage.googleapis.com/', 'must come by https'],
  ['http://127.0.0.1.example.com/', 'must come by https'],
  ['http://localhost.example.com/', 'must come by https'],
  ['http://128.0.0.1/', 'must come by https'],
  ['http://[::2]/', 'must come by https'],
  ['file:///etc/passwd', 'must come by https'],
  ['data:application/json,{}', 'must come by https'],
  ['https://user:swordfish@example.com/', 'user name or password'],
  ['https://example.com/jwks?key=swordfish', 'must not have a query']
])('%s may not: %s', (text, reason) => {
  expect(() => parseKeysUrl(text)).toThrow(reason)
  expect(() => parseKeysUrl(text)).not.toThrow('swordfish')
})
