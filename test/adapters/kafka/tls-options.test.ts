import { expect, test } from 'vitest'
import { byEnvironment, said, written } from './configured.ts'

const KINDS = 'must be true or false, or a mapping with ca, cert, key, passphrase and servername'

test.each([
  ['yes', `tls: ${KINDS} | tls: true`],
  ['ca.pem', `tls: ${KINDS} | tls: true`],
  ['{ caa: a }', 'tls: unknown key "caa"; did you mean "ca"?'],
  [
    '{ rejectUnauthorized: false }',
    'tls: unknown key "rejectUnauthorized"; known here: ca, cert, key, passphrase, servername'
  ],
  ['{ ca: "" }', 'tls.ca: must be the path of a PEM file | ca: ca.pem'],
  ['{ cert: a }', 'tls.key: is missing; it must be the file with the private key of cert | key: bridge.key'],
  ['{ key: a }', 'tls.cert: is missing; it must be the file with the certificate of key | cert: bridge.pem'],
  ['{ passphrase: hunter22 }', 'tls.key: is missing; it must be the file that passphrase is for | key: bridge.key'],
  ['{ servername: 10.0.0.1 }', 'tls.servername: must be a host name, not an address | servername: kafka.example.com']
])('%s is refused', async (tls, fault) => {
  expect(await said(written(`tls: ${tls}`))).toEqual([fault])
})

test('by environment too', async () => {
  expect(await said(byEnvironment({ KAFKA_TLS: 'yes' }))).toEqual([`KAFKA_TLS: ${KINDS} | KAFKA_TLS=true`])
})
