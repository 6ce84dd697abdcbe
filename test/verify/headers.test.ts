import fc from 'fast-check'
import { expect, test } from 'vitest'
import { VerificationError } from '../../src/errors.ts'
import { readHeaders } from '../../src/verify/headers.ts'

const good = { 'webhook-id': ['msg_1'], 'webhook-timestamp': ['1769083200'], 'webhook-signature': ['v1,abc'] }

function refusal(headers: Record<string, string[]>): VerificationError {
  try {
    readHeaders({ ...good, ...headers })
  } catch (error) {
    if (error instanceof VerificationError) return error
    throw error
  }
  throw new Error('the headers were accepted')
}

test('the three headers are read as they are', () => {
  expect(readHeaders(good)).toEqual({ id: 'msg_1', timestamp: '1769083200', signature: 'v1,abc' })
})

test.each([
  ['webhook-id', '!'],
  ['webhook-id', '~'.repeat(256)],
  ['webhook-id', 'batches/1.2:3'],
  ['webhook-timestamp', '0'],
  ['webhook-timestamp', '000001769083'],
  ['webhook-signature', 'x'.repeat(4096)],
  ['webhook-signature', 'caf\xe9 \t \x80']
])('%s may be %j', (name, value) => {
  expect(Object.values(readHeaders({ ...good, [name]: [value] }))).toContain(value)
})

test.each([
  ['webhook-id', ''],
  ['webhook-id', 'x'.repeat(257)],
  ['webhook-id', 'a b'],
  ['webhook-id', 'a\n'],
  ['webhook-id', '\x7f'],
  ['webhook-id', 'caf\xe9'],
  ['webhook-timestamp', ''],
  ['webhook-timestamp', '123abc'],
  ['webhook-timestamp', '-1'],
  ['webhook-timestamp', '+1'],
  ['webhook-timestamp', '1.5'],
  ['webhook-timestamp', '1e9'],
  ['webhook-timestamp', ' 1'],
  ['webhook-timestamp', '1\n'],
  ['webhook-timestamp', '\u0661'],
  ['webhook-timestamp', '1234567890123'],
  ['webhook-signature', ''],
  ['webhook-signature', 'x'.repeat(4097)]
])('%s may not be %j', (name, value) => {
  const error = refusal({ [name]: [value] })
  expect(error).toMatchObject({ code: 'ERR_HEADERS', statusCode: 400, header: name })
  expect(error.sentence).toBe(`The header ${name} is missing, repeated or malformed.`)
})

test.each(Object.keys(good))('%s may be neither missing nor repeated', name => {
  expect(refusal({ [name]: [] }).message).toBe(`The header ${name} is missing.`)
  expect(refusal({ [name]: ['v1', 'v1'] }).message).toBe(`The header ${name} came 2 times.`)
  expect(refusal({ [name]: [] }).header).toBe(name)
  expect(() => readHeaders({})).toThrow('The header webhook-id is missing.')
})

test('whatever comes, it is read or refused, and never repeated in the message', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 12 }), value => {
      try {
        expect(readHeaders({ ...good, 'webhook-id': [value] }).id).toBe(value)
        expect(value).toMatch(/^[!-~]+$/)
      } catch (error) {
        if (!(error instanceof VerificationError)) throw error
        expect(error.message).not.toContain(value)
      }
    })
  )
})
