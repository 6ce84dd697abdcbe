/** A bearer token as its issuer gave it. */
export interface Token {
  readonly value: string
  /** In milliseconds since 1970. `undefined`: nobody knows, so it is used once. */
  readonly expiresAt: number | undefined
}

/**
 * Obtains a new token; gives up when `signal` aborts.
 * @throws {UnavailableError} saying what to mend
 */
export type TokenSource = (signal: AbortSignal) => Promise<Token>

/** Whether the text can be a bearer token (RFC 6750, section 2.1). No other may stand in a SASL message (RFC 7628). */
export function isBearerToken(text: unknown): text is string {
  return typeof text === 'string' && /^[\w.~+/-]+=*$/.test(text)
}
