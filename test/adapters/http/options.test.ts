import { describe, expect, test } from 'vitest'
import { options } from '../../../adapters/http/options.ts'
import { mask } from '../../../src/config/mask.ts'
import { alternatives, shapeOf } from '../../../src/config/shape.ts'
import { configure, optionsOf, said } from '../configured.ts'

const URL = 'https://events.example.com/gemini'
const { byFile, byEnvironment } = configure('http', { HTTP_URL: URL })

test('a URL is enough, in a file and by environment', async () => {
  const parsed = { url: URL, contentMode: 'binary' }
  expect(await optionsOf(byFile(`url: "${URL}"`))).toEqual(parsed)
  expect(await optionsOf(byEnvironment({}))).toEqual(parsed)
  expect(await said(byFile(''))).toEqual([expect.stringMatching(/^url: .*\| url: https:/)])
})

test('all of it, and nothing else; a proxy is none of its options', async () => {
  const all = { url: URL, query: 'a=b', token: 'abc', contentMode: 'structured' }
  const env = { HTTP_QUERY: 'a=b', HTTP_TOKEN: 'abc', HTTP_CONTENT_MODE: 'structured' }
  expect(await optionsOf(byEnvironment({ ...env, HTTP_PROXY: 'http://proxy:3128' }))).toEqual(all)
  const headers = { 'X-Api-Key': 'key', authorization: 'SharedAccessKey abc==' }
  expect(await optionsOf(byFile(`url: "${URL}", headers: ${JSON.stringify(headers)}`))).toMatchObject({ headers })
  expect(await said(byFile(`url: "${URL}", body: a`))).toEqual([expect.stringContaining('unknown key "body"')])
})

test('every option has a description and an example; query, token and headers are secrets', () => {
  const secrets = Object.entries(shapeOf(options).properties ?? {}).flatMap(([name, inner]) => {
    const parts = typeof inner === 'object' ? alternatives(inner, inner) : []
    expect(parts.some(part => part.description) && parts.some(part => part.examples), name).toBe(true)
    return parts.some(part => part['secret']) ? [name] : []
  })
  expect(secrets).toEqual(['query', 'token', 'headers'])
})

test('check shows the URL, the names of headers, and no secret', () => {
  const values = { url: URL, query: 'code=secret', token: 'secret', headers: { 'x-api-key': 'secret' } }
  const masked = expect.stringMatching(/^sha256:[\da-f]{8}$/)
  expect(mask(values, options)).toEqual({ url: URL, query: masked, token: masked, headers: { 'x-api-key': masked } })
})

/** Where a value is taken, it is taken as it is. */
function taken(key: string, values: readonly string[]): void {
  test.each(values)('%j', async value => {
    expect(await optionsOf(byFile(written(key, value)))).toMatchObject({ [key]: value })
    expect(await optionsOf(byEnvironment({ [`HTTP_${key.toUpperCase()}`]: value }))).toMatchObject({ [key]: value })
  })
}

function refused(key: string, values: readonly unknown[], fault: string): void {
  test.each(values)('%j is refused', async value => {
    expect(await said(byFile(written(key, value)))).toEqual([expect.stringContaining(`${key}: ${fault}`)])
  })
}

const written = (key: string, value: unknown) =>
  `${key === 'url' ? '' : `url: "${URL}", `}${key}: ${JSON.stringify(value)}`

describe('url', () => {
  taken('url', [
    ...[URL, 'http://127.0.0.1:3500/v1.0/publish/pubsub/events', 'http://[::1]:8080', 'HTTPS://localhost/%3F'],
    'http://broker-ingress.knative-eventing.svc.cluster.local/ns/default'
  ])
  refused(
    'url',
    [
      ...['', 7, 'localhost:8080', 'ftp://localhost', '//localhost', 'http://', 'http://local host'],
      ...['http://user:password@localhost', 'http://user@localhost', 'http://localhost/?a=b', 'http://localhost/#a']
    ],
    'must be an http or https URL without user and fragment; what follows a ? belongs into query'
  )
})

describe('query', () => {
  taken('query', ['api-version=2018-01-01', 'code=a%20b==&x', 'a?b', "'"])
  refused('query', ['', 7, '?code=a', 'a#b', 'a b', 'a"b', 'ü', 'a\n'], 'must be what follows the ? of the URL')
})

describe('token', () => {
  taken('token', ['abc', 'eyJhbGciOiJub25lIn0.e30.', 'a-b._~+/=='])
  refused('token', ['', 7, 'Q 7', 'Q=7', 'ü', 'Q\n', 'Bearer Q7'], 'must be a bearer token')
})

describe('contentMode', () => {
  refused('contentMode', ['', 'Binary', 'batched', true], 'must be binary or structured')
})

describe('headers', () => {
  const said1 = (headers: object, more = '') =>
    said(byFile(`url: "${URL}", ${more}headers: ${JSON.stringify(headers)}`))

  test.each([
    ...['content-type', 'Content-Length', 'content-encoding', 'Host', 'connection', 'Keep-Alive', 'Transfer-Encoding'],
    ...['te', 'trailer', 'upgrade', 'expect', 'proxy-authorization', 'traceparent', 'tracestate', 'ce-id', 'CE-tenant']
  ])('%s is the bridge’s own', async name => {
    expect(await said1({ [name]: 'Q7' })).toEqual([expect.stringContaining(`headers.${name}: must be another header`)])
  })

  test.each(['', 'a b', 'a:', 'ü', 'a\r\nb'])('%j is no name', async name => {
    expect(await said1({ [name]: 'Q7' })).toEqual([expect.stringContaining('must have the name of a header')])
  })

  test.each(['', ' Q7', 'Q7 ', 'Q\n7', 'Q\r\nx: 7', 'ü', '\u007f', 7, ['Q7']])('%j is no value', async value => {
    expect(await said1({ 'x-a': value })).toEqual([expect.stringContaining('headers.x-a: must be a text')])
  })

  test.each(['Q7', ['Q7'], 7])('%j is no mapping', async value => {
    expect(await said(byFile(written('headers', value)))).toEqual([expect.stringContaining('must be a mapping')])
  })

  test('one name, whatever the letters, stands there once, and the token makes authorization', async () => {
    const once = 'must be there only once'
    expect(await said1({ 'x-a': '1', 'X-A': '2' })).toEqual([
      expect.stringContaining(`headers.x-a: ${once}`),
      expect.stringContaining(`headers.X-A: ${once}`)
    ])
    const beside = 'headers.Authorization: must not stand beside token'
    expect(await said1({ Authorization: 'Basic YTpi' }, 'token: abc, ')).toEqual([expect.stringContaining(beside)])
  })

  test('a user agent and an authorization of one’s own are taken', async () => {
    const headers = { 'User-Agent': 'acme/1.0 (gemini)', Authorization: 'Basic YTpi', accept: '*/*' }
    expect(await optionsOf(byFile(written('headers', headers)))).toMatchObject({ headers })
  })
})
