import { expect, type onTestFinished, test } from 'vitest'
import { toFault } from '../../../adapters/eventbridge/error.ts'
import { within } from '../../../src/testing/expect.ts'
import { freePort } from '../../spawn.ts'
import { openFull, openHalf, openPort, openTls } from './broken-ports.ts'
import { thrown } from './thrown.ts'

type Row = [
  what: string,
  open: (clean: typeof onTestFinished) => Promise<number>,
  error: object,
  kind: 'mend' | 'passing',
  says: string,
  scheme?: 'https'
]

const unreachable = (code: string) =>
  `cannot be reached for the bus "jobs" (${code}). Check region, endpoint and the network.`
const unanswered = 'did not answer for the bus "jobs". See whether the endpoint can be reached.'
const untrusted =
  'TLS certificate is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT). Check endpoint, or NODE_EXTRA_CA_CERTS.'

const rows: Row[] = [
  ['nobody listens', freePort, { code: 'ECONNREFUSED' }, 'passing', unreachable('ECONNREFUSED')],
  [
    'the connection is reset',
    clean => openPort(socket => socket.resetAndDestroy(), clean),
    { code: 'ECONNRESET', name: 'TimeoutError' },
    'passing',
    unreachable('ECONNRESET')
  ],
  [
    'the connection is closed',
    clean => openPort(socket => socket.end(), clean),
    { code: 'ECONNRESET', name: 'TimeoutError' },
    'passing',
    unreachable('ECONNRESET')
  ],
  [
    'the connection is reset amid the answer',
    clean => openHalf(response => response.socket?.resetAndDestroy(), clean),
    { code: 'ECONNRESET', $metadata: { httpStatusCode: 200 } },
    'passing',
    unreachable('ECONNRESET')
  ],
  [
    'the answer is no HTTP',
    clean => openPort(socket => socket.end('SSH-2.0-OpenSSH\r\n'), clean),
    { code: 'HPE_INVALID_CONSTANT' },
    'passing',
    'did not accept the event for the bus "jobs" (HPE_INVALID_CONSTANT).'
  ],
  ['the port speaks TLS', openTls, { code: 'ECONNRESET' }, 'passing', unreachable('ECONNRESET')],
  [
    'the port speaks no TLS',
    clean => openPort(socket => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'), clean),
    { code: 'EPROTO' },
    'mend',
    'What answers for the bus "jobs" is not EventBridge (EPROTO). Check endpoint, and what stands before it.',
    'https'
  ],
  ['nobody vouches', openTls, { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }, 'mend', untrusted, 'https'],
  ['no connection is made', openFull, { name: 'TimeoutError', $metadata: {} }, 'passing', unanswered],
  ['there is no answer', clean => openPort(() => {}, clean), { name: 'TimeoutError' }, 'passing', unanswered],
  [
    'TLS begins and does not end',
    clean => openPort(() => {}, clean),
    { name: 'TimeoutError' },
    'passing',
    unanswered,
    'https'
  ],
  [
    'the answer begins and does not end',
    clean => openHalf(() => {}, clean),
    { name: 'TimeoutError' },
    'passing',
    unanswered
  ],
  [
    'the answer comes by drops',
    clean =>
      openHalf(response => {
        const timer = setInterval(() => response.write(' '), 100)
        response.once('close', () => clearInterval(timer))
      }, clean),
    { name: 'TimeoutError' },
    'passing',
    unanswered
  ]
]

test.concurrent.for(rows)('%s', async ([_what, open, error, kind, says, scheme = 'http'], { onTestFinished }) => {
  const cause = await thrown(`${scheme}://127.0.0.1:${await open(onTestFinished)}`)
  expect(cause).toMatchObject(error)
  const fault = toFault(cause, 'jobs')
  expect(fault.kind).toBe(kind)
  expect(fault.error.message).toContain(says)
})

test('no such name', async () => {
  const { kind, error } = toFault(await thrown('http://events.invalid'), 'jobs')
  expect(kind).toBe('passing')
  // The second, where there is no name server.
  expect(error.message).toMatch(/cannot be reached for the bus "jobs" \((ENOTFOUND|EAI_AGAIN)\)\. Check region/)
})

test.for([
  ['no connection is made', openFull],
  ['there is no answer', (clean: typeof onTestFinished) => openPort(() => {}, clean)],
  ['the answer does not end', (clean: typeof onTestFinished) => openHalf(() => {}, clean)]
] as const)('an aborted signal ends a request at once: %s', async ([_what, open], { onTestFinished }) => {
  const port = await open(onTestFinished)
  const abort = new AbortController()
  const error = thrown(`http://127.0.0.1:${port}`, abort.signal)
  // Sooner than any limit of the client's own.
  setTimeout(() => abort.abort(), 200)
  expect(await within(900, error, 'an end')).toMatchObject({ name: 'AbortError' })
})
