import { UnavailableError } from '../../../src/adapter.ts'
import type { ClientOptions } from '../sasl-options.ts'
import { isBearerToken, type TokenSource } from './token.ts'
import { isLoopbackHttp } from './token-url.ts'

/** Tokens have a few KiB. */
const MAX_BYTES = 64 * 1024

/**
 * Tokens by the client credentials grant (RFC 6749, section 4.4). The client signs in by HTTP Basic, which every token
 * endpoint that gives out secrets has to take (section 2.3.1). Errors never hold what the endpoint said.
 */
export function clientCredentials(options: ClientOptions): TokenSource {
  const { tokenUrl, clientId, clientSecret, scope, audience } = options
  const url = new URL(tokenUrl)
  const endpoint = `The token endpoint ${url.origin}${url.pathname}`
  const server = { issuer: url.origin, token_endpoint: tokenUrl }
  const client = { client_id: clientId }
  const parameters = { ...(scope !== undefined && { scope }), ...(audience !== undefined && { audience }) }

  return async signal => {
    const oauth = await import('oauth4webapi')
    const asked = Date.now()
    const response = await oauth.clientCredentialsGrantRequest(
      server,
      client,
      oauth.ClientSecretBasic(clientSecret),
      parameters,
      {
        signal,
        [oauth.allowInsecureRequests]: isLoopbackHttp(url),
        [oauth.customFetch]: (address, init) => ask(address, init, endpoint)
      }
    )
    const answer = await oauth.processClientCredentialsResponse(server, client, response).catch(() => undefined)
    if (!isBearerToken(answer?.access_token)) {
      throw new UnavailableError(`${endpoint} gave no bearer token (RFC 6749, section 5.1). Check sasl.tokenUrl.`)
    }
    const { access_token: value, expires_in: seconds } = answer
    return { value, expiresAt: seconds === undefined ? undefined : asked + seconds * 1000 }
  }
}

/** One request, no redirects, at most 64 KiB of answer. */
async function ask(address: string, init: RequestInit, endpoint: string): Promise<Response> {
  try {
    const response = await fetch(address, init)
    const text = await readText(response)
    if (text !== undefined && response.status === 200) return new Response(text, { headers: response.headers })
    throw new UnavailableError(`${endpoint} ${refusal(response.status, text)}`)
  } catch (cause) {
    if (cause instanceof UnavailableError) throw cause
    if (init.signal?.aborted) throw new UnavailableError(`${endpoint} did not answer in time. See whether it is up.`)
    throw new UnavailableError(
      `${endpoint} cannot be reached (${reasonOf(cause)}). Check sasl.tokenUrl and the network.`
    )
  }
}

/** `undefined` when there is too much of it; the rest is then not read. */
async function readText({ body }: Response): Promise<string | undefined> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body ?? []) {
    size += chunk.length
    if (size > MAX_BYTES) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

const CREDENTIALS = 'Check sasl.clientId and sasl.clientSecret.'
const GRANT = 'Allow the client the client_credentials grant.'

/** What to do about the errors of RFC 6749, section 5.2, RFC 8707, and Auth0's. No other word of an answer is repeated. */
const advice: Readonly<Record<string, string>> = {
  invalid_request: 'Check sasl.scope and sasl.audience.',
  invalid_client: CREDENTIALS,
  unauthorized_client: GRANT,
  unsupported_grant_type: GRANT,
  invalid_scope: 'Check sasl.scope.',
  invalid_target: 'Check sasl.audience.',
  access_denied: 'Check sasl.audience, and what the client is allowed.'
}

function refusal(status: number, text: string | undefined): string {
  if (text === undefined) return 'gave an answer larger than 64 KiB. Check sasl.tokenUrl.'
  const code = errorCode(text)
  if (code !== undefined) return `refused the bridge (${status}, ${code}). ${advice[code]}`
  if (status === 401) return `refused the bridge (401). ${CREDENTIALS}`
  return `answered ${status}. ${status >= 500 || status === 429 ? 'See its own log.' : 'Check sasl.tokenUrl.'}`
}

function errorCode(text: string): string | undefined {
  try {
    const { error } = JSON.parse(text) as { error?: unknown }
    return typeof error === 'string' && Object.hasOwn(advice, error) ? error : undefined
  } catch {
    return undefined
  }
}

/** fetch itself only says "fetch failed"; what happened is in its cause. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  if (!(cause instanceof Error)) return String(cause)
  return 'code' in cause ? String(cause.code) : cause.message
}
