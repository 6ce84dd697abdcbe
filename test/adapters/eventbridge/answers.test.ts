import { expect, test } from 'vitest'
import { toFault } from '../../../adapters/eventbridge/error.ts'
import { openFront } from '../../brokers/eventbridge/front.ts'
import { thrown } from './thrown.ts'

/** An answer, what the client throws, and what the adapter makes of it. */
type Row = [status: number, body: string, error: object, kind: 'record' | 'mend' | 'passing', says: string]

function ofAws(status: number, type: string, kind: Row[3], says: string): Row {
  const error = { name: type.replace(/^.*#/, ''), $metadata: { httpStatusCode: status } }
  return [status, JSON.stringify({ __type: type, message: 'AWS says so.' }), error, kind, says]
}

/** Of what lies between. The client has no name for it. */
function nameless(status: number, body: string, kind: Row[3] = 'passing', says = 'did not accept the event for'): Row {
  const error = { name: body.length > 2 ? 'SyntaxError' : 'Unknown', $metadata: { httpStatusCode: status } }
  return [status, body, error, kind, `${says} the bus "jobs" (HTTP ${status})`]
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
  nameless(413, '', 'record', 'refused the event for'),
  nameless(413, '<html>Too large</html>', 'record', 'refused the event for'),
  [429, '', { name: 'Unknown' }, 'passing', 'the bus "jobs" now (HTTP 429)'] satisfies Row,
  nameless(301, ''),
  nameless(400, '{}'),
  nameless(403, '<html>Who are you?</html>'),
  nameless(404, 'Not here.'),
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
