import { type SASLOptions, saslOAuthBearer } from '@platformatic/kafka'
import type { SaslOptions } from '../sasl-options.ts'
import { isRefusal, REFUSED, refusedToken } from '../token/refusal.ts'
import type { Tokens } from '../token/reuse.ts'
import { createTokens } from '../token/tokens.ts'
import { saysKafka } from './cause.ts'

const MECHANISMS = { plain: 'PLAIN', 'scram-sha-256': 'SCRAM-SHA-256', 'scram-sha-512': 'SCRAM-SHA-512' } as const

/**
 * How each new connection signs in. Tokens are shared by all of them.
 * @param directory the folder that the path of a token provider starts from
 */
export function createSignIn(sasl: SaslOptions | undefined, directory: string): SASLOptions | undefined {
  if (sasl?.mechanism === 'oauthbearer') return oauthBearer(createTokens(sasl, directory))
  return sasl && { mechanism: MECHANISMS[sasl.mechanism], username: sasl.username, password: sasl.password }
}

/** The library's own exchange, which takes a refusal that is no error by its code for a success. */
export function oauthBearer(tokens: Tokens): SASLOptions {
  return {
    mechanism: 'OAUTHBEARER',
    authenticate(_mechanism, connection, authenticate, _username, _password, _token, callback) {
      let token = ''
      const current = async () => {
        token = await tokens.current()
        return token
      }
      saslOAuthBearer.authenticate(authenticate, connection, current, {}, (error, response) => {
        const refusal = error ?? (response && isRefusal(response.authBytes) ? refusedToken() : null)
        if (refusal && saysKafka(refusal) === REFUSED) tokens.refused(token)
        callback(refusal, response)
      })
    }
  }
}
