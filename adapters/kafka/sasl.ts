import type { SASLOptions } from 'kafkajs'
import { oauthBearer } from './oauthbearer.ts'
import type { SaslOptions } from './sasl-options.ts'
import { clientCredentials } from './token/client-credentials.ts'
import { providedTokens } from './token/provider.ts'
import { reuseToken } from './token/reuse.ts'

/**
 * How kafkajs signs in: a new object at each call, since kafkajs writes into it. Tokens are shared by all of them.
 * @param directory the folder that the path of a token provider starts from
 */
export function createSasl(sasl: SaslOptions | undefined, directory: string): () => SASLOptions | undefined {
  if (sasl === undefined) return () => undefined
  if (sasl.mechanism !== 'oauthbearer') return () => ({ ...sasl })
  const tokens = reuseToken('provider' in sasl ? providedTokens(sasl.provider, directory) : clientCredentials(sasl))
  return () => oauthBearer(tokens)
}
