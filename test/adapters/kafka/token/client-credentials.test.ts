import type { RequestListener } from 'node:http'
import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { clientCredentials } from '../../../../adapters/kafka/token/client-credentials.ts'
import { UnavailableError } from '../../../../src/adapter.ts'
import { serveTokens } from '../token-server.ts'

const SECRET = 'hunter22:&=+ü'
const never = new AbortController().signal
const source = (tokenUrl: string, more: object = {}) =>
  clientCredentials({ mechanism: 'oauthbearer', tokenUrl, clientId: 'bridge', clientSecret: SECRET, ...more })
const faultOf = async (token: Promise<unknown>) => {
  const error = await token.catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(UnavailableError)
  return error as UnavailableError
}

const GOOD = { access_token: 'a-b._~+/c==', token_type: 'Bearer', expires_in: 300 }

test('the request is that of RFC 6749, sections 4.4.2 and 2.3.1', async () => {
  await using server = await serveTokens(GOOD)
  await source(server.url)(never)
  expect(server.asked).toEqual({
    method: 'POST',
    path: '/oauth2/token',
    authorization: `Basic ${Buffer.from('bridge:hunter22%3A%26%3D%2B%C3%BC').toString('base64')}`,
    form: { grant_type: 'client_credentials' }
  })
})

test('scope and audience are asked for', async () => {
  await using server = await serveTokens(GOOD)
  await source(server.url, { scope: 'kafka write', audience: 'https://kafka.example.com' })(never)
  expect(server.asked.form).toEqual({
    grant_type: 'client_credentials',
    scope: 'kafka write',
    audience: 'https://kafka.example.com'
  })
})

test('the token expires its expires_in after the request', async () => {
  await using server = await serveTokens(GOOD)
  const before = Date.now()
  const { value, expiresAt = 0 } = await source(server.url)(never)
  expect(value).toBe(GOOD.access_token)
  expect(expiresAt).toBeGreaterThanOrEqual(before + 300_000)
  expect(expiresAt).toBeLessThanOrEqual(Date.now() + 300_000)
})

test('without expires_in, nobody knows when', async () => {
  await using server = await serveTokens({ access_token: 'a', token_type: 'bearer' })
  expect(await source(server.url)(never)).toEqual({ value: 'a', expiresAt: undefined })
})

const json =
  (status: number, body: object, headers = {}): RequestListener =>
  (_request, response) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
const said = (error: string) => ({ error, error_description: `${SECRET} is wrong`, echo: SECRET })

test.each<[string, RequestListener, string]>([
  [
    'a client that it does not know',
    json(401, said('invalid_client'), { 'www-authenticate': `Basic realm="${SECRET}"` }),
    'refused the bridge (401, invalid_client). Check sasl.clientId and sasl.clientSecret.'
  ],
  [
    'a scope that it does not know',
    json(400, said('invalid_scope')),
    'refused the bridge (400, invalid_scope). Check sasl.scope.'
  ],
  [
    'a client without the grant',
    json(400, said('unauthorized_client')),
    'refused the bridge (400, unauthorized_client). Allow the client the client_credentials grant.'
  ],
  [
    'an audience that it does not know',
    json(403, said('access_denied')),
    'refused the bridge (403, access_denied). Check sasl.audience, and what the client is allowed.'
  ],
  ['an error that repeats the secret', json(400, said('hunter22')), 'answered 400. Check sasl.tokenUrl.'],
  ['an error that is a name of JavaScript', json(400, said('toString')), 'answered 400. Check sasl.tokenUrl.'],
  [
    'no word at all',
    (_request, response) => response.writeHead(401).end(),
    'refused the bridge (401). Check sasl.clientId and sasl.clientSecret.'
  ],
  ['another page', (_request, response) => response.writeHead(404).end('null'), 'answered 404. Check sasl.tokenUrl.'],
  ['an outage', (_request, response) => response.writeHead(503).end(SECRET), 'answered 503. See its own log.'],
  ['too many requests', (_request, response) => response.writeHead(429).end(), 'answered 429. See its own log.'],
  ['nothing', (_request, response) => response.writeHead(204).end(), 'answered 204. Check sasl.tokenUrl.'],
  [
    'a redirect',
    (_request, response) => response.writeHead(307, { location: '/other' }).end(),
    'answered 307. Check sasl.tokenUrl.'
  ],
  [
    'HTML',
    (_request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end(SECRET),
    'gave no bearer token (RFC 6749, section 5.1). Check sasl.tokenUrl.'
  ],
  [
    'no token',
    json(200, { token_type: 'bearer' }),
    'gave no bearer token (RFC 6749, section 5.1). Check sasl.tokenUrl.'
  ],
  [
    'a token that would break the SASL message',
    json(200, { ...GOOD, access_token: 'a\u0001b=c' }),
    'gave no bearer token (RFC 6749, section 5.1). Check sasl.tokenUrl.'
  ],
  [
    'a token of another type',
    json(200, { ...GOOD, token_type: 'mac' }),
    'gave no bearer token (RFC 6749, section 5.1). Check sasl.tokenUrl.'
  ],
  [
    'too much',
    (_request, response) => response.end('x'.repeat(65_537)),
    'gave an answer larger than 64 KiB. Check sasl.tokenUrl.'
  ],
  [
    'nothing, and hangs up',
    request => request.socket.destroy(),
    'cannot be reached (UND_ERR_SOCKET). Check sasl.tokenUrl and the network.'
  ]
])('a token endpoint that answers with %s is unavailable, and its words stay with it', async (_, answer, fault) => {
  await using server = await serveTokens(answer)
  const error = await faultOf(source(`${server.url}?hunter22`)(never))
  expect(error.message).toBe(`The token endpoint ${server.url} ${fault}`)
  expect(server.requests).toBe(1)
  expect(inspectAll(error)).not.toContain('hunter22')
})

/** Everything that a log could find in an error. */
function inspectAll(error: Error): string {
  return inspect(error, { depth: 10, showHidden: true })
}

test('nobody there is said with its code', async () => {
  const server = await serveTokens(GOOD)
  await server.stop()
  const { message } = await faultOf(source(server.url)(never))
  expect(message).toBe(
    `The token endpoint ${server.url} cannot be reached (ECONNREFUSED). Check sasl.tokenUrl and the network.`
  )
})

test('an answer of 64 KiB is taken', async () => {
  const padding = 'x'.repeat(65_536 - JSON.stringify({ ...GOOD, padding: '' }).length)
  await using server = await serveTokens({ ...GOOD, padding })
  expect(await source(server.url)(never)).toMatchObject({ value: GOOD.access_token })
})

test.each<[string, RequestListener]>([
  ['never answers', () => {}],
  ['never ends', (_request, response) => void response.writeHead(200).write('{')]
])('a token endpoint that %s is given up when the signal says so', async (_, answer) => {
  const asked = Promise.withResolvers<void>()
  await using server = await serveTokens((request, response) => {
    answer(request, response)
    asked.resolve()
  })
  const controller = new AbortController()
  const token = source(server.url)(controller.signal)
  await asked.promise
  controller.abort()
  expect((await faultOf(token)).message).toBe(
    `The token endpoint ${server.url} did not answer in time. See whether it is up.`
  )
})
