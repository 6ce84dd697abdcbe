import type { SASLOptions } from 'kafkajs'
import type { SaslOptions } from '../sasl-options.ts'
import { createTokens } from '../token/tokens.ts'
import { oauthBearer } from './oauthbearer.ts'

/**
 * How kafkajs signs in: a new object at each call, since kafkajs writes into it. Tokens are shared by all of them.
 * @param directory the folder that the path of a token provider starts from
 */
export function createSasl(sasl: SaslOptions | undefined, directory: string): () => SASLOptions | undefined {
  if (sasl === undefined) return () => undefined
  if (sasl.mechanism !== 'oauthbearer') return () => ({ ...sasl })
  const tokens = createTokens(sasl, directory)
  return () => oauthBearer(tokens)
}
