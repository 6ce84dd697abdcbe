import type { JWTPayload } from 'jose'
import { UnavailableError, VerificationError } from '../errors.ts'
import type { Delivery, Verified } from './delivery.ts'
import { sha256 } from './fingerprint.ts'
import type { KeySet } from './key-set.ts'
import { createOneId } from './one-id.ts'

/** What a JWT must say beside its signature and `exp`. */
export interface JwtOptions {
  readonly audience: string
  readonly issuer?: string | undefined
  /** The claim that carries the body's SHA-256, in hex or base64url. */
  readonly bodyClaim?: string | undefined
}

/** As many webhooks as may come in within the life of a token; some 25 MB at the very most. */
const REMEMBERED_TOKENS = 100_000

/** Whether a `webhook-signature` header is a JWT: its whole value is three base64url parts between dots. */
export function isJwt(signature: string): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]+$/.test(signature)
}

/**
 * Verifies dynamic webhooks of the documented form, in which the header is a JWT (RFC 7519, RS256). A token that does
 * not cover the body never vouches for it: either a claim carries the body's hash, or the claims are themselves the
 * event. No leeway for clocks: a redelivery comes later.
 * @see https://ai.google.dev/gemini-api/docs/webhooks
 * @returns a function that rejects with `ERR_SIGNATURE`, with `ERR_KEYS`, or with `ERR_BUSY` when no more tokens can
 *   be remembered
 */
export function createJwtVerifier(options: JwtOptions, keySet: KeySet, capacity = REMEMBERED_TOKENS) {
  const { audience, issuer, bodyClaim } = options
  const oneId = createOneId(capacity)
  return async (delivery: Delivery, signal: AbortSignal): Promise<Verified> => {
    const { id, receivedAt, signature: jwt } = delivery
    const { errors, jwtVerify } = await import('jose')
    let thumbprint = ''
    const keyOf = async ({ kid }: { kid?: string }) => {
      if (typeof kid !== 'string') throw refused('it has no kid')
      const match = await keySet.search(keys => keys.find(key => key.type === 'rsa' && key.kid === kid), signal)
      if (match === undefined) throw refused('the key set has no RSA key with its kid')
      thumbprint = match.thumbprint
      return match.key
    }
    const { payload } = await jwtVerify(jwt, keyOf, {
      algorithms: ['RS256'],
      audience,
      ...(issuer !== undefined && { issuer }),
      requiredClaims: ['exp'],
      currentDate: new Date(receivedAt)
    }).catch(error => {
      // Not as the cause: some of jose's errors carry the claims.
      throw error instanceof errors.JOSEError ? refused(error.message) : error
    })

    const [header = '', claims = ''] = jwt.split('.')
    const body = vouchedBytes(payload, claims, delivery.body, bodyClaim)
    switch (oneId.vouch(`${header}.${claims}`, id, Number(payload.exp) * 1000, receivedAt)) {
      case 'yes':
        return { body, scheme: 'jwt', key: thumbprint }
      case 'no':
        throw refused('it has already vouched for another webhook-id')
      case 'full':
        throw new UnavailableError(
          `The JWT is genuine, but ${capacity} unexpired ones are remembered already, and no other may be taken until some expire. Add replicas if it lasts.`,
          { code: 'ERR_BUSY' }
        )
    }
  }
}

function vouchedBytes(payload: JWTPayload, claims: string, body: Buffer, bodyClaim: string | undefined): Buffer {
  const claimed = bodyClaim === undefined ? undefined : payload[bodyClaim]
  if (claimed !== undefined) {
    const hash = sha256(body)
    const hex = typeof claimed === 'string' && claimed.toLowerCase() === hash.toString('hex')
    if (hex || claimed === hash.toString('base64url')) return body
    throw refused(`its claim "${bodyClaim}" is not the SHA-256 of the body`)
  }
  if (typeof payload['type'] === 'string' && payload['type'] !== '') return Buffer.from(claims, 'base64url')
  throw refused(
    `it does not cover the body: ${bodyClaim === undefined ? 'no bodyClaim is configured' : `it has no claim "${bodyClaim}"`}, and its claims are no event (they have no "type")`
  )
}

function refused(why: string): VerificationError {
  return new VerificationError('ERR_SIGNATURE', `The JWT was refused: ${why}.`)
}
