import { KafkaJSConnectionError, KafkaJSProtocolError, type SaslAuthenticateArgs } from 'kafkajs'
import { expect, test } from 'vitest'
import { oauthBearer } from '../../../adapters/kafka/kafkajs/oauthbearer.ts'

/** Kafka's BYTES. */
const bytes = (text: string) => Buffer.from([0, 0, 0, text.length, ...Buffer.from(text)])

/** Signs in with the token `a.b.c` at a broker that answers so; gives what it was sent, and which tokens it refused. */
async function signIn(answer: () => Buffer) {
  const seen = { sent: '', refused: [] as string[], error: undefined as unknown }
  const { authenticationProvider } = oauthBearer({
    current: async () => 'a.b.c',
    refused: token => void seen.refused.push(token)
  })
  const saslAuthenticate = async <T>({ request, response }: SaslAuthenticateArgs<T>) => {
    seen.sent = (await request.encode()).toString('latin1')
    return response?.parse(await response.decode(answer()))
  }
  const broker = { host: 'localhost', port: 9092, logger: expect.anything(), saslAuthenticate }
  await authenticationProvider(broker)
    .authenticate()
    .catch(error => {
      seen.error = error
    })
  return seen
}

test('the message is that of RFC 7628, section 3.1, with its length', async () => {
  const { sent, error } = await signIn(() => bytes(''))
  expect(sent).toBe('\0\0\0\u0017n,,\u0001auth=Bearer a.b.c\u0001\u0001')
  expect(error).toBeUndefined()
})

test('a success says nothing, and the token stays', async () => {
  expect((await signIn(() => bytes(''))).refused).toEqual([])
  expect((await signIn(() => Buffer.from([255, 255, 255, 255]))).refused).toEqual([])
})

test('a refusal in words is one, and the token is not used again', async () => {
  const { error, refused } = await signIn(() => bytes('{"status":"invalid_token"}'))
  expect(error).toMatchObject({ type: 'SASL_AUTHENTICATION_FAILED', message: 'The broker refused the token.' })
  expect(refused).toEqual(['a.b.c'])
})

test('a refusal by its code is one', async () => {
  const failed = Object.assign(new Error('no'), { type: 'SASL_AUTHENTICATION_FAILED', code: 58 })
  const { error, refused } = await signIn(() => {
    throw new KafkaJSProtocolError(failed)
  })
  expect(error).toMatchObject({ type: 'SASL_AUTHENTICATION_FAILED' })
  expect(refused).toEqual(['a.b.c'])
})

test('a broken connection is none', async () => {
  const { error, refused } = await signIn(() => {
    throw new KafkaJSConnectionError('closed')
  })
  expect(error).toBeInstanceOf(KafkaJSConnectionError)
  expect(refused).toEqual([])
})
