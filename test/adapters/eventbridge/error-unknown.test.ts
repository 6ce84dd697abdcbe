import { inspect } from 'node:util'
import { EventBridgeServiceException } from '@aws-sdk/client-eventbridge'
import { describe, expect, test } from 'vitest'
import { silence, toFault } from '../../../adapters/eventbridge/error.ts'
import { UnavailableError } from '../../../src/errors.ts'

const unknown = (detail: string) =>
  `EventBridge did not accept the event for the bus "jobs"${detail}. See AWS's health dashboard.`
const named = (name: string) => Object.assign(new Error('it happened'), { name })
/** What the client makes of an answer that names no error, or is no JSON. */
const answer = (httpStatusCode: number, name = 'Unknown') =>
  new EventBridgeServiceException({ name, message: 'it happened', $fault: 'client', $metadata: { httpStatusCode } })

describe('what is not known may pass:', () => {
  test.each<[string, unknown, string]>([
    ['a name that is not there yet', answer(400, 'LaterException'), ' (LaterException)'],
    ['a name that this bridge does not know', named('OperationDisabledException'), ' (OperationDisabledException)'],
    ['a name that all objects have', named('constructor'), ' (constructor)'],
    ['a name of JavaScript', named('__proto__'), ' (__proto__)'],
    ['no name', named(''), ''],
    ['a code that is not known', Object.assign(new Error('no'), { code: 'ESOMETHING' }), ' (ESOMETHING)'],
    ['a number for a code', Object.assign(new Error('no'), { code: 400 }), ''],
    ['an answer without a name', answer(503), ' (HTTP 503)'],
    ['an answer that is no JSON', answer(502, 'SyntaxError'), ' (HTTP 502)'],
    ['an error of its own', new SyntaxError('no'), ' (SyntaxError)'],
    ['an error', new Error('no'), ''],
    ['an abort', new DOMException('no', 'AbortError'), ' (AbortError)'],
    ['a text', 'ThrottlingException', ''],
    ['an object that is no error', { name: 'MalformedDetail' }, ''],
    ['nothing', undefined, '']
  ])('%s', (_what, cause, detail) => {
    const { error, kind } = toFault(cause, 'jobs')
    expect(error).toBeInstanceOf(UnavailableError)
    expect(error.message).toBe(unknown(detail))
    expect(kind).toBe('passing')
  })
})

describe('an answer without a name is known by its status:', () => {
  test.each([
    ['Unknown', 413, 'size', /refused the event for the bus "jobs" \(HTTP 413\)\. If it is for its size, lower/],
    ['SyntaxError', 413, 'size', /refused the event for the bus "jobs" \(HTTP 413\)\. If it is for its size, lower/],
    ['Unknown', 429, 'passing', /takes no more events for the bus "jobs" now \(HTTP 429\)\. .* quota raised/],
    ['SyntaxError', 429, 'passing', /takes no more events for the bus "jobs" now \(HTTP 429\)\. .* quota raised/]
  ])('%s, %i', (name, status, kind, says) => {
    const fault = toFault(answer(status, name), 'jobs')
    expect(fault.error).toBeInstanceOf(UnavailableError)
    expect(fault.error.message).toMatch(says)
    expect(fault.kind).toBe(kind)
  })

  test('with a name, the name decides', () => {
    expect(toFault(answer(413, 'ThrottlingException'), 'jobs').error.message).toMatch('no more events')
    expect(toFault(answer(429, 'LaterException'), 'jobs').error.message).toBe(unknown(' (LaterException)'))
  })
})

test('the innermost known cause decides', () => {
  const error = Object.assign(named('ThrottlingException'), { cause: named('ExpiredTokenException') })
  expect(toFault(error, 'jobs').error.message).toMatch('(ExpiredTokenException)')
})

test('what the adapter has said itself, the operator reads', () => {
  const error = new UnavailableError('Set AWS_REGION.')
  expect(toFault(new Error('it failed', { cause: error }), 'jobs')).toEqual({ error, kind: 'mend' })
})

test.each([
  'The Canonical String for this request should have been "x-amz-security-token:hunter2"',
  'The security token hunter2 included in the request is invalid.'
])('what AWS says of credentials, nobody sees: %s', words => {
  const { name, $metadata } = answer(403, 'InvalidSignatureException')
  const refused = Object.assign(new Error(words), { name, $metadata, $response: { body: words } })
  const { error } = toFault(new Error(words, { cause: refused }), 'jobs')
  expect(inspect(error, { depth: null, showHidden: true })).not.toContain('hunter2')
  expect(error).toMatchObject({ cause: { cause: { name, $metadata } } })
})

test('silence names the bus, and what to do', () => {
  const said = 'EventBridge did not answer for the bus "jobs". See whether the endpoint can be reached.'
  const late = new DOMException('The operation was aborted due to timeout', 'TimeoutError')
  expect(silence('jobs')).toBeInstanceOf(UnavailableError)
  expect(silence('jobs').message).toBe(said)
  expect(toFault(late, 'jobs')).toMatchObject({ kind: 'passing', error: { message: said, cause: { name: late.name } } })
})
