import type { ClientOptions, ProviderOptions } from '../sasl-options.ts'
import { clientCredentials } from './client-credentials.ts'
import { providedTokens } from './provider.ts'
import { reuseToken, type Tokens } from './reuse.ts'

/**
 * The tokens that these options give, shared by all connections.
 * @param directory the folder that the path of a token provider starts from
 */
export function createTokens(sasl: ClientOptions | ProviderOptions, directory: string): Tokens {
  return reuseToken('provider' in sasl ? providedTokens(sasl.provider, directory) : clientCredentials(sasl))
}
