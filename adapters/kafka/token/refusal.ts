/** Kafka's name for a refusal. */
export const REFUSED = 'SASL_AUTHENTICATION_FAILED'

/**
 * Whether a broker's answer to a token, which is no error by its code, refuses it all the same. A success has nothing to
 * say; a refusal is JSON with a status (RFC 7628, section 3.2.2).
 */
export function isRefusal(answer: Buffer): boolean {
  return answer.includes('"status"')
}

/** That in the words of both clients: as if the broker had said it by its code. */
export function refusedToken(): Error {
  return Object.assign(new Error('The broker refused the token.'), { type: REFUSED })
}
