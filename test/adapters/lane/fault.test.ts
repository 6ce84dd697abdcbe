import { describe, expect, test } from 'vitest'
import { type Faults, toFault } from '../../../adapters/lane/fault.ts'
import { EventError, UnavailableError } from '../../../src/errors.ts'

const faults: Faults = {
  entries: {
    AWAY: { kind: 'passing', says: (to, detail) => `${to} is away${detail}.` },
    FORBIDDEN: { kind: 'mend', says: (to, detail) => `${to} forbids it${detail}.` },
    ODD: { kind: 'record', says: (to, detail) => `${to} does not take it${detail}.` },
    HUGE: { kind: 'record', never: true, says: (to, detail) => `${to} never takes it${detail}.` },
    MUCH: { kind: 'size', says: (to, detail) => `${to} does not take so much${detail}.` },
    VAST: { kind: 'size', never: true, says: (to, detail) => `${to} never takes so much${detail}.` },
    NamedError: { kind: 'mend', says: (to, detail) => `${to} has a name for it${detail}.` }
  },
  unknown: { kind: 'passing', says: (to, detail) => `${to} did not take it${detail}.` }
}

/** An error with a code, if any, around the others. */
const coded = (code?: unknown, cause?: unknown) =>
  Object.assign(new Error('AWAY FORBIDDEN ODD HUGE'), code === undefined ? {} : { code }, { cause })
const of = (cause: unknown, more: Partial<Faults> = {}) => toFault(cause, 'The bus', { ...faults, ...more })

describe('a known code', () => {
  test.each([
    ['AWAY', 'passing', UnavailableError, 'The bus is away (AWAY).'],
    ['FORBIDDEN', 'mend', UnavailableError, 'The bus forbids it (FORBIDDEN).'],
    ['ODD', 'record', UnavailableError, 'The bus does not take it (ODD).'],
    ['HUGE', 'record', EventError, 'The bus never takes it (HUGE).'],
    ['MUCH', 'size', UnavailableError, 'The bus does not take so much (MUCH).'],
    ['VAST', 'size', EventError, 'The bus never takes so much (VAST).']
  ])('%s: %s', (code, kind, Class, message) => {
    const cause = coded(code)
    const fault = of(cause)
    expect(fault.kind).toBe(kind)
    expect(fault.error).toBeInstanceOf(Class)
    expect(fault.error.message).toBe(message)
    expect(fault.error.cause).toBe(cause)
  })

  test.each([
    ['a type', { type: 'FORBIDDEN' }],
    ['a code', { code: 'FORBIDDEN' }],
    ['a name', { name: 'FORBIDDEN' }],
    ['a type, which counts more than its code', { type: 'FORBIDDEN', code: 'AWAY' }],
    ['a code, which counts more than its name', { code: 'FORBIDDEN', name: 'AWAY' }],
    ['a name, when the code is not known', { code: 'EWHAT', name: 'FORBIDDEN' }]
  ])('may be %s', (_what, properties) => {
    expect(of(Object.assign(new Error('x'), properties)).kind).toBe('mend')
  })

  test('is looked for where the adapter says', () => {
    const codesOf = (error: Error) => ('status' in error ? [String(error.status)] : [])
    const entries = { 7: { kind: 'mend', says: (to: string) => `${to} said 7.` } } as const
    const { error, kind } = of(Object.assign(coded('AWAY'), { status: 7 }), { entries, codesOf })
    expect([kind, error.message]).toEqual(['mend', 'The bus said 7.'])
  })
})

describe('of an error and its causes', () => {
  test.each([
    ['the innermost', coded('AWAY', coded('HUGE')), 'record'],
    ['the innermost', coded('HUGE', coded('AWAY')), 'passing'],
    ['the innermost of three', coded('AWAY', coded('HUGE', coded('FORBIDDEN'))), 'mend'],
    ['the innermost that is known', coded('AWAY', coded('FORBIDDEN', coded('EWHAT'))), 'mend'],
    ['the only one that is known', coded('EWHAT', coded(undefined, coded('FORBIDDEN', coded()))), 'mend']
  ])('%s decides', (_which, cause, kind) => {
    const fault = of(cause)
    expect(fault.kind).toBe(kind)
    expect(fault.error.cause).toBe(cause)
  })

  test.each([1, 2, 3])('which may form a circle of %s', length => {
    const circle = Array.from({ length }, (_, index) => coded(`E${index}`))
    for (const [index, error] of circle.entries()) error.cause = circle[(index + 1) % length]
    expect(of(circle[0]).kind).toBe('passing')
    Object.assign(circle.at(-1) ?? {}, { code: 'FORBIDDEN' })
    expect(of(circle[0]).kind).toBe('mend')
  })

  test('what is no error ends the chain', () => {
    expect(of(coded('AWAY', { code: 'FORBIDDEN' })).kind).toBe('passing')
    expect(of(coded('EWHAT', 'FORBIDDEN')).kind).toBe('passing')
  })
})

describe('whatever is not known may pass', () => {
  test.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'FORBIDDEN'],
    ['an object that is no error', { code: 'FORBIDDEN' }],
    ['an error', coded()],
    ['a number for a code', coded(7)],
    ['a code that every object has', coded('constructor')],
    ['a code that is a name of JavaScript', coded('__proto__')]
  ])('%s', (_what, cause) => {
    const { error, kind } = of(cause)
    expect(kind).toBe('passing')
    expect(error).toBeInstanceOf(UnavailableError)
    expect(error.message).toMatch(/^The bus did not take it/)
    expect(error.cause).toBe(cause)
  })

  test('unless the adapter says otherwise', () => {
    const unknown = { kind: 'record', never: true, says: () => 'no' } as const
    expect(of(coded('EWHAT'), { unknown }).error).toBeInstanceOf(EventError)
  })
})

describe('an UnavailableError, which the adapter itself has said,', () => {
  const said = new UnavailableError('The key file cannot be read. Mend it.', { cause: coded('AWAY') })

  test.each([
    ['by itself', said],
    ['as the cause of another', coded(undefined, said)],
    ['as the cause of one that is known', coded('HUGE', coded('AWAY', said))]
  ])('goes through: %s', (_how, cause) => {
    expect(of(cause).error).toBe(said)
    expect(of(cause).kind).toBe('mend')
  })

  test('counts more the further within it is', () => {
    expect(of(new UnavailableError('outer', { cause: coded(undefined, said) })).error).toBe(said)
  })
})

describe('the detail', () => {
  test.each([
    ['is the innermost code', coded('AWAY', coded('EWHAT')), 'The bus is away (EWHAT).'],
    ['is the name of an error without a code', new TypeError('x'), 'The bus did not take it (TypeError).'],
    ['is nothing where there is none', coded(), 'The bus did not take it.'],
    ['is nothing of what is no error', 'AWAY', 'The bus did not take it.']
  ])('%s', (_what, cause, message) => {
    expect(of(cause).error.message).toBe(message)
  })

  test.each([
    ['before the code', () => 'host:1', 'The bus is away (host:1, AWAY).'],
    ['or nothing', () => undefined, 'The bus is away (AWAY).'],
    ['or empty', () => '', 'The bus is away (AWAY).']
  ])('has what the adapter adds, %s', (_what, detailOf, message) => {
    expect(of(coded('AWAY'), { detailOf }).error.message).toBe(message)
  })

  test('is made of all errors, innermost first', () => {
    const detailOf = (chain: readonly Error[]) => chain.map(error => ('code' in error ? error.code : '-')).join('<')
    expect(of(coded('OUTER', coded(undefined, coded('AWAY'))), { detailOf }).error.message).toBe(
      'The bus is away (AWAY<-<OUTER, AWAY).'
    )
  })

  test('never has the text of an error', () => {
    const error = coded('EWHAT', coded('FORBIDDEN'))
    for (const one of [error, error.cause]) Object.assign(one ?? {}, { message: 'hunter2' })
    expect(of(error).error.message).not.toMatch('hunter2')
  })
})
