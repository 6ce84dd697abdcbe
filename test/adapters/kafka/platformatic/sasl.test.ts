import { Connection, NetworkError, ResponseError, type SASLCustomAuthenticator } from '@platformatic/kafka'
import { expect, test } from 'vitest'
import { createSignIn, oauthBearer } from '../../../../adapters/kafka/platformatic/sasl.ts'
import { UnavailableError } from '../../../../src/errors.ts'

test('no sasl is none', () => {
  expect(createSignIn(undefined, '/')).toBeUndefined()
})

test.each([
  ['plain', 'PLAIN'],
  ['scram-sha-256', 'SCRAM-SHA-256'],
  ['scram-sha-512', 'SCRAM-SHA-512']
] as const)('%s is %s, with its user and password', (mechanism, name) => {
  const options = { username: 'alice', password: 'secret' }
  expect(createSignIn({ mechanism, ...options }, '/')).toEqual({ mechanism: name, ...options })
})

type Authenticate = Parameters<SASLCustomAuthenticator>[2]
type Answer = (callback: Parameters<SASLCustomAuthenticator>[6]) => void

/** Signs in with the token `a.b.c` at a broker that answers so; gives what it was sent, and which tokens it refused. */
async function signIn(answer: Answer, current = async () => 'a.b.c') {
  const seen = { sent: '', refused: [] as string[], error: undefined as unknown }
  const options = oauthBearer({ current, refused: token => void seen.refused.push(token) })
  const ended = Promise.withResolvers<void>()
  const authenticate = ((_connection: Connection, bytes: Buffer, callback: Parameters<Answer>[0]) => {
    seen.sent = bytes.toString('latin1')
    answer(callback)
  }) as Authenticate
  options.authenticate?.('OAUTHBEARER', new Connection(), authenticate, undefined, undefined, undefined, error => {
    seen.error = error ?? undefined
    ended.resolve()
  })
  await ended.promise
  return seen
}

const says =
  (text: string): Answer =>
  callback =>
    callback(null, { errorCode: 0, errorMessage: null, authBytes: Buffer.from(text), sessionLifetimeMs: 0n })
const fails =
  (error: Error): Answer =>
  callback =>
    callback(error)

test('the message is that of RFC 7628, section 3.1', async () => {
  const { sent, error, refused } = await signIn(says(''))
  expect(sent).toBe('n,,\u0001auth=Bearer a.b.c\u0001\u0001')
  expect(error).toBeUndefined()
  expect(refused).toEqual([])
})

test('a refusal in words is one, and the token is not used again', async () => {
  const { error, refused } = await signIn(says('{"status":"invalid_token"}'))
  expect(error).toMatchObject({ type: 'SASL_AUTHENTICATION_FAILED', message: 'The broker refused the token.' })
  expect(refused).toEqual(['a.b.c'])
})

test('a refusal by its code is one', async () => {
  const failed = new ResponseError(36, 2, { '/': [58, 'no'] }, {})
  const { error, refused } = await signIn(fails(failed))
  expect(error).toBe(failed)
  expect(refused).toEqual(['a.b.c'])
})

test('a broken connection is none, nor is a token that could not be had', async () => {
  const closed = new NetworkError('Connection closed')
  expect(await signIn(fails(closed))).toMatchObject({ error: closed, refused: [] })
  const none = new UnavailableError('The token endpoint said no. Mend it.')
  const { error, refused } = await signIn(says(''), async () => {
    throw none
  })
  expect(error).toMatchObject({ cause: none })
  expect(refused).toEqual([])
})
