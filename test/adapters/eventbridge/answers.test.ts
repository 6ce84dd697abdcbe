import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { toFault } from '../../../adapters/eventbridge/error.ts'
import { openFront } from '../../brokers/eventbridge/front.ts'
import { thrown } from './thrown.ts'

/** An answer, what the client throws, and what the adapter makes of it. */
type Row = [status: number, body: string, error: object, kind: 'record' | 'size' | 'mend' | 'passing', says: string]

function ofAws(status: number, type: string, kind: Row[3], says: string): Row {
  const error = { name: type.replace(/^.*#/, ''), $metadata: { httpStatusCode: status } }
  return [status, JSON.stringify({ __type: type, message: 'AWS says so.' }), error, kind, says]
}

const SAYS = {
  record: '',
  size: 'refused the event for the bus "jobs"',
  mend: 'What answers for the bus "jobs" is not EventBridge',
  passing: 'did not accept the event for the bus "jobs"'
}

/** Of what lies between. The client has no name for it. */
function nameless(status: number, body: string, kind: Row[3] = 'passing'): Row {
  const error = { name: body.length > 2 ? 'SyntaxError' : 'Unknown', $metadata: { httpStatusCode: status } }
  return [status, body, error, kind, `${SAYS[kind]} (HTTP ${status})`]
}

test.concurrent.each([
  ofAws(400, 'ThrottlingException', 'passing', '"jobs" now (ThrottlingException)'),
  ofAws(400, 'com.amazonaws.events#ThrottlingException', 'passing', '"jobs" now (ThrottlingException)'),
  ofAws(400, 'AccessDeniedException', 'mend', '"jobs" (AWS says so., AccessDeniedException). Grant'),
  ofAws(403, 'ExpiredTokenException', 'mend', 'credentials for the bus "jobs" (ExpiredTokenException)'),
  ofAws(403, 'UnrecognizedClientException', 'mend', 'credentials for the bus "jobs" (UnrecognizedClientException)'),
  ofAws(403, 'InvalidSignatureException', 'mend', 'credentials for the bus "jobs" (InvalidSignatureException)'),
  ofAws(400, 'ResourceNotFoundException', 'mend', 'There is no bus "jobs"'),
  ofAws(400, 'ValidationException', 'record', 'refused the event for the bus "jobs" (AWS says so., Validation'),
  ofAws(413, 'RequestEntityTooLargeException', 'record', 'refused the event for the bus "jobs" (AWS says so., Req'),
  ofAws(500, 'InternalException', 'passing', 'fault of its own with the bus "jobs" (InternalException)'),
  ofAws(500, 'InternalFailure', 'passing', 'fault of its own with the bus "jobs" (InternalFailure)'),
  ofAws(503, 'ServiceUnavailable', 'passing', 'fault of its own with the bus "jobs" (ServiceUnavailable)'),
  ofAws(400, 'LaterException', 'passing', 'did not accept the event for the bus "jobs" (LaterException)'),
  nameless(413, '', 'size'),
  nameless(413, '<html>Too large</html>', 'size'),
  [429, '', { name: 'Unknown' }, 'passing', 'the bus "jobs" now (HTTP 429)'] satisfies Row,
  ...[301, 302, 307, 308, 403, 404, 405].map(status => nameless(status, '', 'mend')),
  nameless(403, '<html>Who are you?</html>', 'mend'),
  nameless(404, 'Not here.', 'mend'),
  nameless(400, '{}'),
  nameless(500, ''),
  nameless(502, '<html>Bad gateway</html>'),
  nameless(503, '<html>Come back later</html>'),
  nameless(504, ''),
  nameless(200, '<html>Welcome to our hotel</html>')
])('%i %s', async (status, body, error, kind, says) => {
  const front = await openFront('http://127.0.0.1:1')
  try {
    front.answer({ status, body })
    const cause = await thrown(front.endpoint)
    expect(cause).toMatchObject(error)
    const fault = toFault(cause, 'jobs')
    expect(fault.kind).toBe(kind)
    expect(fault.error.message).toContain(says)
    // What is tried again, the lane decides.
    expect(front.requests).toHaveLength(1)
  } finally {
    await front.close()
  }
})

test("the session's token, which AWS repeats when it refuses a signature, is nowhere in the error", async () => {
  const message = "The Canonical String for this request should have been 'POST\n/\n\nx-amz-security-token:hunter2\n'"
  const front = await openFront('http://127.0.0.1:1')
  try {
    front.answer({ status: 403, body: JSON.stringify({ __type: 'InvalidSignatureException', message }) })
    const cause = await thrown(front.endpoint)
    expect(cause).toMatchObject({ message })
    const { error } = toFault(cause, 'jobs')
    expect(error.message).toContain('(InvalidSignatureException)')
    expect([error.stack, error.cause, inspect(error, { depth: null, showHidden: true })].join()).not.toContain(
      'hunter2'
    )
  } finally {
    await front.close()
  }
})
