import type { Mechanism, SASLOptions } from 'kafkajs'
import { isRefusal, REFUSED, refusedToken } from '../token/refusal.ts'
import type { Tokens } from '../token/reuse.ts'

/**
 * Signing in with a bearer token (SASL OAUTHBEARER, RFC 7628). kafkajs has an exchange of its own, but that does not
 * look at the answer: it takes a refusal for a success, and would give the refused token again for as long as it lives.
 */
export function oauthBearer(tokens: Tokens): SASLOptions & Pick<Mechanism, 'authenticationProvider'> {
  const oauthBearerProvider = async () => ({ value: await tokens.current() })
  return {
    mechanism: 'oauthbearer',
    oauthBearerProvider,
    authenticationProvider: ({ saslAuthenticate }) => ({
      async authenticate() {
        const { value } = await oauthBearerProvider()
        const request = { encode: () => withLength(`n,,\u0001auth=Bearer ${value}\u0001\u0001`) }
        const response = { decode: async (answer: Buffer) => answer, parse: isRefusal }
        try {
          if (await saslAuthenticate({ request, response })) throw refusedToken()
        } catch (error) {
          if (error instanceof Error && 'type' in error && error.type === REFUSED) tokens.refused(value)
          throw error
        }
      }
    })
  }
}

/** Kafka's BYTES: their count, and they. */
function withLength(text: string): Buffer {
  const bytes = Buffer.from(text)
  const count = Buffer.alloc(4)
  count.writeInt32BE(bytes.length)
  return Buffer.concat([count, bytes])
}
