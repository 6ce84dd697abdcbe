import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { AnswerError, silence, toFault, toFinding } from '../../../adapters/http/error.ts'
import { EventError, UnavailableError } from '../../../src/errors.ts'

const URL = 'https://events.example.com/gemini'
const coded = (code: string) => Object.assign(new Error('a secret'), { code })

const unreachable = /cannot be reached \(\w+\)\. Check url, the network/
const untrusted = /certificate of .* is not trusted \(\w+\)\. Check url, or start the bridge with NODE_EXTRA_CA_CERTS/

test.each([
  [400, 'record', /request for an event \(HTTP 400\)\. Check url and contentMode/],
  [413, 'record', /larger than .* takes \(HTTP 413\)\. Raise its limit/],
  [415, 'record', /content type \(HTTP 415\)\. Change contentMode/],
  [422, 'record', /for what it says \(HTTP 422\)\. See its own log/]
])('%i can never be published', (status, kind, says) => {
  const fault = toFault(new AnswerError(status), URL)
  expect(fault).toMatchObject({ kind, error: { message: expect.stringMatching(says) } })
  expect(fault.error).toBeInstanceOf(EventError)
})

describe('whatever else may succeed on a redelivery', () => {
  test.each([
    [401, 'mend', /does not know the bridge \(HTTP 401\)\. Check token, headers and query/],
    [403, 'mend', /does not let the bridge send events \(HTTP 403\)\. Check token, headers/],
    [404, 'mend', /Nothing takes events at .* \(HTTP 404\)\. Check url/],
    [405, 'mend', /Nothing takes events at .* \(HTTP 405\)\. Check url/],
    [410, 'mend', /Nothing takes events at .* \(HTTP 410\)\. Check url/],
    [402, 'mend', /refuses the request \(HTTP 402\)\. See its own log/],
    [431, 'mend', /headers are larger than .* \(HTTP 431\)\. Use contentMode: structured/],
    [408, 'passing', /takes no more events now \(HTTP 408\)/],
    [425, 'passing', /takes no more events now \(HTTP 425\)/],
    [429, 'passing', /takes no more events now \(HTTP 429\)\. If it lasts, raise its limits/],
    [503, 'passing', /takes no more events now \(HTTP 503\)/],
    [500, 'passing', /has a fault of its own \(HTTP 500\)\. See its own log/],
    [504, 'passing', /has a fault of its own \(HTTP 504\)/],
    [304, 'mend', /redirect, which the bridge never follows \(HTTP 304\)\. Write its final address/],
    [999, 'passing', /did not accept the event \(HTTP 999\)/]
  ])('%i is %s', (status, kind, says) => {
    expectUnavailable(new AnswerError(status), kind, says)
  })

  test('a redirect names where to, as far as that is no secret', () => {
    const says = /never follows \(to https:\/\/other\.example:8443, HTTP 308\)\. Write/
    expectUnavailable(new AnswerError(308, 'https://other.example:8443'), 'mend', says)
  })

  test.each([
    ...['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'].map(
      code => [code, 'passing', unreachable] as const
    ),
    ['ECONNRESET', 'passing', /closed the connection instead of answering \(ECONNRESET\)/],
    ['EPIPE', 'passing', /closed the connection instead of answering \(EPIPE\)/],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'mend', untrusted],
    ['CERT_HAS_EXPIRED', 'mend', untrusted],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'mend', untrusted],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'mend', /does not speak the bridge's TLS \(ERR_SSL_WRONG_VERSION_NUMBER\)/],
    ['EPROTO', 'mend', /does not speak the bridge's TLS \(EPROTO\)\. Check url/],
    ['HPE_INVALID_CONSTANT', 'mend', /does not speak HTTP\/1\.1 \(HPE_INVALID_CONSTANT\)\. Check url/],
    ['ESTRANGE', 'passing', /did not accept the event \(ESTRANGE\)/],
    ['HPELESS', 'passing', /did not accept the event \(HPELESS\)/]
  ] as const)('%s is %s', (code, kind, says) => {
    expectUnavailable(coded(code), kind, says)
  })

  test.each([undefined, null, 'a secret', 503, { code: 'EPIPE' }])('%j, which is no error', thrown => {
    expectUnavailable(thrown, 'passing', /did not accept the event\. See its own log/)
  })

  test('silence', () => {
    expect(silence(URL)).toBeInstanceOf(UnavailableError)
    expectUnavailable(new DOMException('late', 'TimeoutError'), 'passing', /did not answer\. See whether it is up/)
  })
})

test.each([
  [new AnswerError(401), 'authenticated'],
  [new AnswerError(403), 'permission'],
  [new AnswerError(404), 'exists'],
  [coded('ENOTFOUND'), 'reachable'],
  [coded('ESTRANGE'), 'reachable']
])('%j is about %s', (cause, about) => {
  const finding = toFinding(cause, URL)
  expect(finding).toMatchObject({ about, state: 'fault' })
  expect(finding.says).toContain(URL)
})

function expectUnavailable(cause: unknown, kind: string, says: RegExp): void {
  const { error, ...fault } = toFault(cause, URL)
  expect(error).toBeInstanceOf(UnavailableError)
  expect([fault.kind, error.message]).toEqual([kind, expect.stringMatching(says)])
  expect(error.message).toContain(URL)
  expect(inspect(error)).not.toContain('a secret')
}
