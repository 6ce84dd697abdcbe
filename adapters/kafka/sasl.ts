import type { SASLOptions } from 'kafkajs'
import type { SaslOptions } from './sasl-options.ts'
import { clientCredentials } from './token/client-credentials.ts'
import { providedTokens } from './token/provider.ts'
import { reuseToken } from './token/reuse.ts'

/**
 * How kafkajs signs in. It writes into the object that it is given, so each connection needs one of its own; the tokens
 * are shared by all of them.
 * @param directory the folder that the path of a provider starts from
 */
export function createSasl(sasl: SaslOptions | undefined, directory: string): () => SASLOptions | undefined {
  if (sasl === undefined) return () => undefined
  if (sasl.mechanism !== 'oauthbearer') return () => ({ ...sasl })
  const token = reuseToken('provider' in sasl ? providedTokens(sasl.provider, directory) : clientCredentials(sasl))
  // Asked at each sign-in, and again before the broker's session ends (KIP-368).
  return () => ({ mechanism: 'oauthbearer', oauthBearerProvider: async () => ({ value: await token() }) })
}
