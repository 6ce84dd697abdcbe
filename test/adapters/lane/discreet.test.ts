import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { withoutWords } from '../../../adapters/lane/discreet.ts'
import { UnavailableError } from '../../../src/errors.ts'

const SECRET = 'hunter2'
const never = () => false
const shown = (error: unknown) => inspect(error, { depth: null, showHidden: true })
/** An error that says the secret wherever it can. */
const telling = (codes: object, cause?: unknown) =>
  Object.assign(
    new Error(SECRET, { cause }),
    { details: SECRET, config: { headers: { authorization: SECRET } } },
    codes
  )

test('of an error and its causes, the codes stay, and nothing else', () => {
  const $metadata = { httpStatusCode: 403 }
  const copy = withoutWords(telling({ name: 'Outer', $metadata }, telling({ code: 7, type: 'inner' })), never)
  expect(copy).toBeInstanceOf(Error)
  expect(copy).toMatchObject({ name: 'Outer', $metadata, message: '', cause: { code: 7, type: 'inner', message: '' } })
  expect(shown(copy)).not.toContain(SECRET)
})

test('an error whose words may be quoted stays as it is, and only that', () => {
  const quotable = Object.assign(new Error('Grant it.'), { code: 7 })
  const copy = withoutWords(telling({ code: 2 }, quotable), error => error === quotable)
  expect(copy?.cause).toBe(quotable)
  expect(shown(copy)).not.toContain(SECRET)
})

test('an UnavailableError, which the adapter itself has said, stays as it is', () => {
  const said = new UnavailableError('Mend it.')
  expect(withoutWords(said, never)).toBe(said)
  expect(withoutWords(telling({}, said), never)?.cause).toBe(said)
})

test.each([[SECRET], [{ message: SECRET }], [null], [undefined]])('of what is no error, nothing: %j', cause => {
  expect(withoutWords(cause, never)).toBeUndefined()
  const copy = withoutWords(telling({}, cause), never)
  expect(copy).toBeInstanceOf(Error)
  expect(copy?.cause).toBeUndefined()
})

test.each([1, 2, 3])('causes may form a circle of %i', length => {
  const circle = Array.from({ length }, (_, code) => telling({ code }))
  for (const [index, error] of circle.entries()) error.cause = circle[(index + 1) % length]
  let copy: unknown = withoutWords(circle[0], never)
  expect(shown(copy)).not.toContain(SECRET)
  for (let code = 0; code < length; code++) {
    expect(copy).toMatchObject({ code })
    copy = copy instanceof Error ? copy.cause : undefined
  }
  expect(copy).toBeUndefined()
})
