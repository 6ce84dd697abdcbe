import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createSasl } from '../../../adapters/kafka/kafkajs/sasl.ts'
import { folder } from '../../config/folder.ts'
import { serveTokens } from './token-server.ts'

test('no sasl is none', () => {
  expect(createSasl(undefined, '/')()).toBeUndefined()
})

test.each(['plain', 'scram-sha-256', 'scram-sha-512'] as const)('%s has its user and password', mechanism => {
  const options = Object.freeze({ mechanism, username: 'alice', password: 'secret' })
  const sasl = createSasl(options, '/')
  expect(sasl()).toEqual(options)
})

test('each call gives an object of its own, which kafkajs may write into', () => {
  const sasl = createSasl(Object.freeze({ mechanism: 'plain', username: 'alice', password: 'secret' }), '/')
  const first = sasl()
  expect(Object.assign(first ?? {}, { authenticationProvider: 'kafkajs' })).toBe(first)
  expect(sasl()).not.toBe(first)
  expect(sasl()).not.toHaveProperty('authenticationProvider')
})

const signIn = async (sasl: ReturnType<ReturnType<typeof createSasl>>) =>
  sasl?.mechanism === 'oauthbearer' ? sasl.oauthBearerProvider() : sasl

test('oauthbearer with client credentials: all connections share one token', async () => {
  await using server = await serveTokens({ access_token: 'a.b.c', token_type: 'Bearer', expires_in: 3600 })
  const options = { mechanism: 'oauthbearer', tokenUrl: server.url, clientId: 'id', clientSecret: 'secret' } as const
  const sasl = createSasl(Object.freeze(options), '/')
  expect(await Promise.all([signIn(sasl()), signIn(sasl())])).toEqual([{ value: 'a.b.c' }, { value: 'a.b.c' }])
  expect(await signIn(sasl())).toEqual({ value: 'a.b.c' })
  expect(server.requests).toBe(1)
})

test('oauthbearer with a provider: a module beside the configuration file', async () => {
  const directory = await folder()
  await writeFile(join(directory, 'token.mjs'), 'export default () => "a.b.c"')
  const sasl = createSasl({ mechanism: 'oauthbearer', provider: './token.mjs' }, directory)
  expect(await signIn(sasl())).toEqual({ value: 'a.b.c' })
})
