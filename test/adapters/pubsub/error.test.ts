import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { isSilence, silence, toFault } from '../../../adapters/pubsub/error.ts'
import { UnavailableError } from '../../../src/errors.ts'

const TOPIC = 'projects/acme/topics/jobs'

/** What google-gax rejects with: grpc-js puts number, name and details together as the message. */
function status(code: number, name: string, details: string): Error {
  return Object.assign(new Error(`${code} ${name}: ${details}`), { code, details, metadata: {} })
}

type Row = [code: number, name: string, kind: 'record' | 'mend' | 'passing', says: RegExp]

const passes = /^Pub\/Sub did not accept the event for "\S+" \(\w+\)\. See the topic in the Google Cloud console\.$/

/** Their words come from the service alone. */
const QUOTED = [3, 5, 7, 8, 9, 14]

const table: Row[] = [
  [0, 'OK', 'passing', passes],
  [1, 'CANCELLED', 'passing', passes],
  [2, 'UNKNOWN', 'passing', passes],
  [3, 'INVALID_ARGUMENT', 'record', /refused the event for.* schema, change it or contentMode\.$/],
  [4, 'DEADLINE_EXCEEDED', 'passing', /did not answer for.* See whether the endpoint can be reached\.$/],
  [5, 'NOT_FOUND', 'mend', /There is no ".* Create the topic, or correct topic\.$/],
  [6, 'ALREADY_EXISTS', 'passing', passes],
  [
    7,
    'PERMISSION_DENIED',
    'mend',
    /does not let the bridge publish.* Grant its service account roles\/pubsub\.publisher/
  ],
  [8, 'RESOURCE_EXHAUSTED', 'passing', /quota.* have it raised\.$/],
  [9, 'FAILED_PRECONDITION', 'mend', /as it is set up.* See the topic's encryption key/],
  [10, 'ABORTED', 'passing', passes],
  [11, 'OUT_OF_RANGE', 'passing', passes],
  [12, 'UNIMPLEMENTED', 'mend', /is not Pub\/Sub.* Correct endpoint, or PUBSUB_EMULATOR_HOST\.$/],
  [13, 'INTERNAL', 'passing', passes],
  [14, 'UNAVAILABLE', 'passing', /cannot be reached.* Check the network, and endpoint or PUBSUB_EMULATOR_HOST\.$/],
  [15, 'DATA_LOSS', 'passing', passes],
  [16, 'UNAUTHENTICATED', 'mend', /refused the credentials.* Check the bridge's application default credentials\.$/]
]

describe.each(table)('%i %s', (code, name, kind, says) => {
  const error = status(code, name, 'why')

  test.each([
    ['by itself', error],
    ['as the cause of another', new Error('it failed', { cause: error })]
  ])('%s', (_how, cause) => {
    const fault = toFault(cause, TOPIC)
    expect(fault.error).toBeInstanceOf(UnavailableError)
    expect(fault.kind).toBe(kind)
    expect(fault.error.message).toMatch(says)
    expect(fault.error.message).toContain(`"${TOPIC}"`)
    // There is no answer to show when there was none.
    const detail = QUOTED.includes(code) ? `(why, ${name})` : `(${name})`
    if (name !== 'DEADLINE_EXCEEDED') expect(fault.error.message).toContain(detail)
  })

  test('the cause has the code, and words where they are harmless', () => {
    const { cause } = toFault(error, TOPIC).error
    if (QUOTED.includes(code)) expect(cause).toBe(error)
    else expect(inspect(cause, { depth: null, showHidden: true })).not.toContain('why')
    expect(cause).toMatchObject({ code })
  })

  test('the text decides nothing', () => {
    const garbled = Object.assign(status(code, name, 'why'), { message: '5 NOT_FOUND: ENOTFOUND hunter2' })
    const fault = toFault(garbled, TOPIC)
    expect(fault.kind).toBe(kind)
    expect(fault.error.message).toBe(toFault(error, TOPIC).error.message)
  })

  test('the text means nothing without the code', () => {
    const fault = toFault(new Error(error.message), TOPIC)
    expect(fault.kind).toBe('passing')
    expect(fault.error.message).toBe(
      `Pub/Sub did not accept the event for "${TOPIC}". See the topic in the Google Cloud console.`
    )
  })

  test('without details, the name is enough', () => {
    const { message } = toFault(status(code, name, ''), TOPIC).error
    expect(message).toMatch(name === 'DEADLINE_EXCEEDED' ? /answer for "\S+"\. / : `"${TOPIC}"`)
    expect(message).not.toMatch(/\(, |\(\)/)
    if (name !== 'DEADLINE_EXCEEDED') expect(message).toContain(`(${name})`)
  })
})

describe('what is not known may pass:', () => {
  test.each<[string, unknown, string]>([
    ['a status that is not there yet', status(17, 'LATER', 'why'), ''],
    ['a status below all', status(-1, 'NEVER', ''), ''],
    ['a status that is no number', status(Number.NaN, 'NEVER', ''), ''],
    ['an abort, whose code is a number, too', new DOMException('no', 'AbortError'), ' (AbortError)'],
    ["a code of Node's", Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }), ''],
    ["a status' name as a code", Object.assign(new Error('no'), { code: 'NOT_FOUND' }), ''],
    ['an error', new Error('no'), ''],
    ['an error with a name', new TypeError('no'), ' (TypeError)'],
    [
      'an error with a name that all objects have',
      Object.assign(new Error('no'), { name: 'constructor' }),
      ' (constructor)'
    ],
    ['no error at all', 'The client has already been closed.', ''],
    ['nothing', undefined, '']
  ])('%s', (_what, cause, detail) => {
    const fault = toFault(cause, TOPIC)
    expect(fault.kind).toBe('passing')
    expect(fault.error).toBeInstanceOf(UnavailableError)
    expect(fault.error.message).toBe(
      `Pub/Sub did not accept the event for "${TOPIC}"${detail}. See the topic in the Google Cloud console.`
    )
  })
})

describe.each([
  [400, 'mend', /refused the credentials for "\S+" \(UNAUTHENTICATED\)\. Check the bridge's application default/],
  [401, 'mend', /refused the credentials/],
  [404, 'mend', /refused the credentials/],
  [408, 'passing', /cannot be reached/],
  [429, 'passing', /cannot be reached/],
  [500, 'passing', /cannot be reached for "\S+" \(UNAVAILABLE\)/],
  [503, 'passing', /cannot be reached/]
])('%i of the token endpoint', (code, kind, says) => {
  test('by its code, without a word of it', () => {
    const { error, ...fault } = toFault(status(code, 'undefined', 'hunter2'), TOPIC)
    expect(fault.kind).toBe(kind)
    expect(error.message).toMatch(says)
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain('hunter2')
  })
})

test('what the adapter has said itself, the operator reads', () => {
  const error = new UnavailableError('Set GOOGLE_APPLICATION_CREDENTIALS.')
  expect(toFault(new Error('it failed', { cause: error }), TOPIC)).toEqual({ error, kind: 'mend' })
})

describe('silence', () => {
  const timeout = new DOMException('Nobody waits for the answer any more.', 'TimeoutError')

  test('names the topic, and what to do', () => {
    const said = `Pub/Sub did not answer for "${TOPIC}". See whether the endpoint can be reached.`
    expect(silence(TOPIC)).toBeInstanceOf(UnavailableError)
    expect(silence(TOPIC).message).toBe(said)
    expect(toFault(timeout, TOPIC)).toMatchObject({ kind: 'passing', error: { message: said } })
  })

  test('is when an answer was waited for in vain, and nothing else', () => {
    expect(isSilence(timeout)).toBe(true)
    for (const [code, name] of table) expect(isSilence(status(code, name, ''))).toBe(name === 'DEADLINE_EXCEEDED')
    expect(isSilence(new Error('4 DEADLINE_EXCEEDED: TimeoutError'))).toBe(false)
    expect(isSilence('TimeoutError')).toBe(false)
    expect(isSilence(undefined)).toBe(false)
  })
})
