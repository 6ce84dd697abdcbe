import { VerificationError } from '../errors.ts'
import type { Delivery, Verified } from './delivery.ts'
import { createDynamicVerifier, type DynamicVerification, tokenRefused } from './dynamic.ts'
import { type Entries, splitEntries } from './entries.ts'
import { isJwt } from './jwt.ts'
import type { KeySetOptions } from './key-set.ts'
import { createStaticVerifier, type StaticVerifier } from './static.ts'
import { checkTimestamp, isTooOld, type Tolerance } from './timestamp.ts'

export type { Delivery, Verified }

/** An endpoint's verification, as configured. All durations in ms. */
export interface EndpointVerification {
  readonly verify: {
    /** Signing secrets; any may match. */
    readonly static?: { readonly secrets: readonly string[] } | undefined
    readonly dynamic?: DynamicVerification | undefined
    /** Verifies nothing, for local work; not beside the others. */
    readonly insecure?: boolean | undefined
  }
  readonly tolerance: Tolerance
}

export interface VerifierContext extends Pick<KeySetOptions, 'log' | 'fetch' | 'onKeySet'> {
  /**
   * Called when no signing secret matches: looks whether there are others by now, and calls `renew` if there are. Settles
   * soon, and need not look each time.
   */
  readonly onMismatch?: (() => Promise<void>) | undefined
}

/** Decides what an endpoint accepts. */
export interface Verifier {
  /**
   * Before the body is read: the callback token, where the endpoint wants one. An endpoint that is static as well lets
   * a request with a `v1` entry pass without; then only that entry can vouch for it.
   * @param query the raw query string, without its question mark; '' when there is none
   * @param signature the `webhook-signature` header
   * @returns the fingerprint of the token that matched, to be handed to `verify` as the delivery's `token`
   * @throws {VerificationError} `ERR_TOKEN`
   */
  admit(query: string, signature: string): string | undefined
  /**
   * Proves origin, then freshness.
   * @param signal ends the wait for signing keys
   * @param mayBeOld asked of a webhook whose signature is right, and whose timestamp is too old: whether that is no reason
   *   to refuse it
   * @throws {VerificationError} `ERR_SIGNATURE`, `ERR_TIMESTAMP`, `ERR_TOKEN`
   * @throws {UnavailableError} `ERR_KEYS`, `ERR_BUSY`
   */
  verify(delivery: Delivery, signal: AbortSignal, mayBeOld?: () => Promise<boolean>): Promise<Verified>
  /**
   * Takes these signing secrets and callback tokens from now on, in place of those it has; key set and schemes stay. A
   * request that was admitted stays admitted.
   * @throws {Error} as `createVerifier`; then nothing has changed
   */
  renew(verify: Pick<EndpointVerification['verify'], 'static' | 'dynamic'>): void
  /** Stops the background refresh of the signing keys. */
  close(): void
}

/**
 * Makes an endpoint's verifier, which takes exactly what it is told to: schemes never substitute for each other.
 * @throws {Error} if it would verify nothing, or less than it seems to; for faulty secrets and key set addresses too
 */
export function createVerifier(
  { verify, tolerance }: EndpointVerification,
  { onMismatch, ...context }: VerifierContext
): Verifier {
  if (verify.insecure) {
    if (verify.static || verify.dynamic) throw new Error('An insecure endpoint cannot be static or dynamic as well.')
    return {
      admit: () => undefined,
      verify: async ({ body }) => ({ body, scheme: 'insecure', key: 'none' }),
      renew() {},
      close() {}
    }
  }
  if (!verify.static && !verify.dynamic) throw new Error('An endpoint needs a verifier: static, dynamic, or both.')
  let verifyStatic = verify.static && createStaticVerifier(verify.static.secrets)
  const dynamic = verify.dynamic && createDynamicVerifier(verify.dynamic, context)
  const takes = [verifyStatic && 'v1', dynamic?.takes].filter(Boolean).join(', ')

  const match = (delivery: Delivery, signal: AbortSignal): Verified | Promise<Verified> => {
    const entries = splitEntries(delivery.signature)
    const tried = verifyStatic
    const secret = tried?.(delivery, entries.v1)
    if (secret !== undefined) return { body: delivery.body, scheme: 'static', key: secret }
    return matchOtherwise(delivery, entries, tried, signal)
  }
  const matchOtherwise = async (
    delivery: Delivery,
    entries: Entries,
    tried: StaticVerifier | undefined,
    signal: AbortSignal
  ): Promise<Verified> => {
    const verified = await dynamic?.verify(delivery, entries, signal)
    if (verified !== undefined) return verified
    if (tried && entries.v1.length > 0) await onMismatch?.()
    if (verifyStatic !== tried) return match(delivery, signal)
    const came = isJwt(delivery.signature) ? 'a JWT' : `${entries.v1.length} v1 and ${entries.v1a.length} v1a entries`
    throw new VerificationError(
      'ERR_SIGNATURE',
      `No signature matches: the endpoint takes ${takes}; there came ${came}.`
    )
  }

  return {
    admit(query, signature) {
      if (!dynamic?.checkToken) return undefined
      const token = dynamic.checkToken(query)
      const mayBeStatic = verifyStatic && splitEntries(signature).v1.length > 0
      if (token === undefined && !mayBeStatic) throw tokenRefused()
      return token
    },
    async verify(delivery, signal, mayBeOld = async () => false) {
      const verified = await match(delivery, signal)
      const { timestamp, receivedAt } = delivery
      if (!(isTooOld(timestamp, receivedAt, tolerance) && (await mayBeOld())))
        checkTimestamp(timestamp, receivedAt, tolerance)
      return verified
    },
    renew(renewed) {
      const renewedStatic = verifyStatic && createStaticVerifier(renewed.static?.secrets ?? [])
      dynamic?.renew(renewed.dynamic?.tokens ?? [])
      verifyStatic = renewedStatic
    },
    close: () => dynamic?.close()
  }
}
