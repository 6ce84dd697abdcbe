import { metadataV6 } from '@platformatic/kafka'
import { expect, onTestFinished } from 'vitest'
import { toFault } from '../../../adapters/kafka/error.ts'
import { openConnection as openKafkajs } from '../../../adapters/kafka/kafkajs/connection.ts'
import { createSasl } from '../../../adapters/kafka/kafkajs/sasl.ts'
import { openConnection } from '../../../adapters/kafka/platformatic/connection.ts'
import { createSignIn } from '../../../adapters/kafka/platformatic/sasl.ts'
import type { SaslOptions } from '../../../adapters/kafka/sasl-options.ts'
import { TOKEN_SUBJECT } from '../../brokers/kafka/properties.ts'
import { it } from '../../brokers/kafka/shared.ts'
import { signToken } from '../../brokers/kafka/tokens.ts'
import { serveTokens } from './token-server.ts'

const ignore = () => {}
const log = { debug: ignore, info: ignore, warn: ignore, error: ignore }
const options = { clientId: 'test', tls: async () => undefined, log }
const deadline = () => AbortSignal.timeout(5000)

/** How each client asks something by a connection of its own, with the tokens that all of its connections share. */
const clients = {
  kafkajs(broker: string, topic: string, sasl: SaslOptions) {
    const signIn = createSasl(sasl, '/')
    return async () => {
      const connection = openKafkajs({ ...options, seeds: () => [broker], sasl: signIn }, kafka => kafka.admin())
      onTestFinished(() => connection.destroy())
      await connection.use(deadline(), admin => admin.fetchTopicMetadata({ topics: [topic] }))
    }
  },
  platformatic(broker: string, topic: string, sasl: SaslOptions) {
    const signIn = createSignIn(sasl, '/')
    return async () => {
      const connection = openConnection(broker, { ...options, sasl: signIn })
      onTestFinished(() => connection.destroy())
      await connection.use(deadline(), client => metadataV6.api.async(client, [topic], false))
    }
  }
}

it.for(Object.entries(clients))(
  'by %s, a token from the token endpoint opens each connection, until the broker refuses it',
  async ([, open], { secured, topic }) => {
    const issued = { token: '' }
    await using server = await serveTokens((_request, response) =>
      response
        .setHeader('content-type', 'application/json')
        .end(JSON.stringify({ access_token: issued.token, token_type: 'Bearer', expires_in: 3600 }))
    )
    const client = { tokenUrl: server.url, clientId: 'bridge', clientSecret: 'secret' }
    const connect = open(secured.sasl, topic, { mechanism: 'oauthbearer', ...client })

    issued.token = await signToken(secured.signingKey, TOKEN_SUBJECT, { aud: 'another' })
    const refusal = await connect().then(
      () => expect.fail('it was accepted'),
      (error: unknown) => toFault(error, topic)
    )
    expect(refusal).toMatchObject({ kind: 'mend', about: 'authenticated' })
    issued.token = await signToken(secured.signingKey, TOKEN_SUBJECT)
    await connect()
    await connect()
    expect(server.requests).toBe(2)
  }
)
