import { describe, expect } from 'vitest'
import { TOKEN_SUBJECT } from '../../brokers/kafka/properties.ts'
import { it } from '../../brokers/kafka/shared.ts'
import { signToken } from '../../brokers/kafka/tokens.ts'
import { full } from '../../chaos/scene.ts'
import { CLIENTS, type ClientName } from './clients.ts'
import { connectKafka } from './harness.ts'
import { publish } from './refusal.ts'
import { serveTokens } from './token-server.ts'

const log = { debug() {}, info() {}, warn() {}, error() {} }
/** How long a token lives, in seconds. kafkajs signs in again when ten seconds are left, and not within the first one. */
const LIVES_S = { kafkajs: 12, platformatic: 3 }

const OFTEN: readonly ClientName[] = full ? CLIENTS : ['platformatic']

describe.concurrent('a session that ends with its token', () => {
  it.for(OFTEN)('is followed by another, by %s: nothing is refused', async (client, { secured, topic }) => {
    const life = LIVES_S[client]
    await using server = await serveTokens(async (_request, response) => {
      const exp = Math.floor(Date.now() / 1000) + life
      const token = await signToken(secured.signingKey, TOKEN_SUBJECT, { exp })
      response
        .setHeader('content-type', 'application/json')
        .end(JSON.stringify({ access_token: token, token_type: 'Bearer', expires_in: life }))
    })
    const sasl = { mechanism: 'oauthbearer', tokenUrl: server.url, clientId: 'bridge', clientSecret: 'secret' }
    const adapter = await connectKafka({ client, brokers: [secured.sasl], topic, sasl }, log)
    try {
      // Two sessions, and a half.
      const before = server.requests
      for (const end = performance.now() + 2500 * life; performance.now() < end; ) await publish(adapter)
      expect(server.requests).toBeGreaterThanOrEqual(before + 2)
    } finally {
      await adapter.close()
    }
  })
})
