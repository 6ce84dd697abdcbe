import { VerificationError } from '../errors.ts'
import type { Delivery, Verified } from './delivery.ts'
import type { Entries } from './entries.ts'
import { createJwtVerifier, isJwt, type JwtOptions } from './jwt.ts'
import { createKeySet, type KeySetOptions } from './key-set.ts'
import { createTokenCheck, type TokenCheck } from './token.ts'
import { createV1aVerifier } from './v1a.ts'

/** How an endpoint takes dynamic webhooks. */
export interface DynamicVerification {
  /** Callback tokens; any may match. */
  readonly tokens?: readonly string[] | undefined
  /** Does without tokens, knowingly: whoever uses Gemini may then have webhooks sent here. */
  readonly anyProject?: boolean | undefined
  readonly keys: Pick<KeySetOptions, 'url' | 'refresh' | 'coolDown'>
  /** Takes the documented JWT form too; off unless there. */
  readonly jwt?: JwtOptions | undefined
}

export interface DynamicVerifier {
  /** What it takes, in words. */
  readonly takes: string
  /** Absent where no token is wanted. */
  readonly checkToken: TokenCheck | undefined
  /**
   * @returns undefined when no signature matches
   * @throws {VerificationError} `ERR_TOKEN`, and `ERR_SIGNATURE` when a JWT is refused
   * @throws {UnavailableError} `ERR_KEYS`, `ERR_BUSY`
   */
  verify(delivery: Delivery, entries: Entries, signal: AbortSignal): Promise<Verified | undefined>
  /**
   * Takes these callback tokens from now on.
   * @throws {Error} when there are none, and there were some
   */
  renew(tokens: readonly string[]): void
  close(): void
}

const NO_TOKENS = 'A dynamic endpoint needs callback tokens, or anyProject.'

/**
 * Verifies dynamic webhooks, in both their forms: by the keys of one key set, and by the callback token beside them.
 * @throws {Error} without callback tokens, unless `anyProject` allows it; with the JWT form it never does
 */
export function createDynamicVerifier(
  { tokens = [], anyProject = false, keys, jwt }: DynamicVerification,
  context: Pick<KeySetOptions, 'log' | 'fetch' | 'onKeySet'>
): DynamicVerifier {
  if (tokens.length === 0 && !anyProject) throw new Error(NO_TOKENS)
  if (tokens.length === 0 && jwt) throw new Error('The JWT form needs callback tokens: it names no project.')
  let checkToken = tokens.length > 0 ? createTokenCheck(tokens) : undefined
  const keySet = createKeySet({ ...context, ...keys, types: keyTypes(jwt) })
  const verifyV1a = createV1aVerifier(keySet)
  const verifyJwt = jwt && createJwtVerifier(jwt, keySet)
  return {
    takes: jwt ? 'v1a or a JWT' : 'v1a',
    get checkToken() {
      return checkToken
    },
    async verify(delivery, { v1a }, signal) {
      const asJwt = isJwt(delivery.signature) ? verifyJwt : undefined
      if (v1a.length === 0 && !asJwt) return undefined
      if (checkToken && delivery.token === undefined) throw tokenRefused()
      if (asJwt) return asJwt(delivery, signal)
      const key = await verifyV1a(delivery, v1a, signal)
      return key === undefined ? undefined : { body: delivery.body, scheme: 'dynamic', key }
    },
    renew(renewed) {
      if (checkToken === undefined) return
      if (renewed.length === 0) throw new Error(NO_TOKENS)
      checkToken = createTokenCheck(renewed)
    },
    close: () => keySet.close()
  }
}

/** Which keys can verify: those for `v1a`, and for the JWT form, where it is taken, too. */
export function keyTypes(jwt: JwtOptions | undefined): KeySetOptions['types'] {
  return jwt ? ['ed25519', 'rsa'] : ['ed25519']
}

export function tokenRefused(): VerificationError {
  return new VerificationError(
    'ERR_TOKEN',
    'The query has no callback token that this endpoint knows, or several. The callback URL ends in ?token=….'
  )
}
