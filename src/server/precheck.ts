import type { IncomingMessage } from 'node:http'
import { RequestError } from '../errors.ts'
import type { Endpoint } from '../receive.ts'
import { readHeaders, signedHeaders } from '../verify/headers.ts'
import type { Delivery } from '../verify/verify.ts'

/** Those that a proxy may add by itself. What else a stranger writes there is not for the log. */
const ENCODINGS = ['br', 'compress', 'deflate', 'gzip', 'zstd']

/** What is known of a webhook before its body is read. */
export type Admitted = Omit<Delivery, 'body' | 'receivedAt'>

/**
 * Refuses what can be refused before the body is read, cheapest first; returns what verification needs of the rest.
 * @param query the raw query, without its question mark
 * @param context.body the largest body, in bytes
 * @param context.checkRoom throws `ERR_BUSY` or `ERR_DRAINING` if a body of this size would be refused once verified
 * @throws {RequestError | VerificationError | UnavailableError}
 */
export function precheck(
  request: IncomingMessage,
  query: string,
  endpoint: Endpoint,
  context: { readonly body: number; checkRoom(bytes: number): void }
): Admitted {
  const { headers } = request
  const declared = Number(headers['content-length'] ?? 0)
  if (declared > context.body) {
    throw new RequestError(
      'ERR_TOO_LARGE',
      `The body is declared with ${declared} bytes; limits.body is ${context.body}.`
    )
  }
  const encoding = headers['content-encoding']
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    const named = ENCODINGS.find(name => name === encoding.toLowerCase()) ?? 'one that is unheard of'
    throw new RequestError('ERR_ENCODING', `The body has a content-encoding: ${named}.`)
  }
  context.checkRoom(declared)
  const signed = readHeaders(signedHeaders(request.rawHeaders))
  return { ...signed, token: endpoint.verifier.admit(query, signed.signature) }
}

/**
 * The path and the query as they came, undecoded; the query without its question mark. The absolute form has a host too.
 * @see https://www.rfc-editor.org/rfc/rfc9112#section-3.2.2
 */
export function splitUrl({ url = '/' }: IncomingMessage): { path: string; query: string } {
  const target = url.replace(/^https?:\/\/[^/?]*/i, '')
  const mark = target.indexOf('?')
  const path = mark === -1 ? target : target.slice(0, mark)
  return { path: path || '/', query: mark === -1 ? '' : target.slice(mark + 1) }
}
