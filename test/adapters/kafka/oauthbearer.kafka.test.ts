import { expect, onTestFinished } from 'vitest'
import { openConnection } from '../../../adapters/kafka/kafkajs/connection.ts'
import { createSasl } from '../../../adapters/kafka/kafkajs/sasl.ts'
import { TOKEN_SUBJECT } from '../../brokers/kafka/properties.ts'
import { it } from '../../brokers/kafka/shared.ts'
import { signToken } from '../../brokers/kafka/tokens.ts'
import { serveTokens } from './token-server.ts'

const ignore = () => {}
const log = { debug: ignore, info: ignore, warn: ignore, error: ignore }

it('a token from the token endpoint opens each connection, until the broker refuses it', async ({ secured, topic }) => {
  const issued = { token: '' }
  await using server = await serveTokens((_request, response) =>
    response
      .setHeader('content-type', 'application/json')
      .end(JSON.stringify({ access_token: issued.token, token_type: 'Bearer', expires_in: 3600 }))
  )
  const client = { tokenUrl: server.url, clientId: 'bridge', clientSecret: 'secret' }
  const sasl = createSasl({ mechanism: 'oauthbearer', ...client }, '/')
  const connect = async () => {
    const options = { seeds: () => [secured.sasl], clientId: 'test', tls: async () => undefined, sasl, log }
    const connection = openConnection(options, kafka => kafka.admin())
    onTestFinished(() => connection.destroy())
    return connection.use(AbortSignal.timeout(5000), admin => admin.fetchTopicMetadata({ topics: [topic] }))
  }

  issued.token = await signToken(secured.signingKey, TOKEN_SUBJECT, { aud: 'another' })
  await expect(connect()).rejects.toMatchObject({ type: 'SASL_AUTHENTICATION_FAILED' })
  issued.token = await signToken(secured.signingKey, TOKEN_SUBJECT)
  await connect()
  await connect()
  expect(server.requests).toBe(2)
})
