import { describe, expect, test } from 'vitest'
import { readTraceContext } from '../../src/normalize/trace-context.ts'

const trace = '0af7651916cd43dd8448eb211c80319c'
const parent = 'b7ad6b7169203331'
const traceparent = `00-${trace}-${parent}-01`
const zeros = (count: number) => '0'.repeat(count)

test('neither header, no context', () => {
  expect(readTraceContext({})).toEqual({})
  expect(readTraceContext({ traceparent: undefined, tracestate: undefined })).toEqual({})
})

describe('traceparent', () => {
  test.each([
    ['an example of the specification', traceparent],
    ['not sampled', `00-${trace}-${parent}-00`],
    ['flags of a later version', `00-${trace}-${parent}-ff`],
    ['a later version', `01-${trace}-${parent}-01`],
    ['a later version with more fields', `cc-${trace}-${parent}-01-what-the-future-will-be-like`],
    ['a later version that ends in a dash', `cc-${trace}-${parent}-01-`],
    ['a trace id that is zero but for one digit', `00-${zeros(31)}1-${parent}-01`]
  ])('%s is kept as it is', (_name, traceparent) => {
    expect(readTraceContext({ traceparent })).toEqual({ traceparent })
  })

  test.each([
    ['is empty', ''],
    ['is upper case', traceparent.toUpperCase()],
    ['is of the forbidden version ff', `ff-${trace}-${parent}-01`],
    ['has a trace id of zeros', `00-${zeros(32)}-${parent}-01`],
    ['has a parent id of zeros', `00-${trace}-${zeros(16)}-01`],
    ['has a short trace id', `00-${trace.slice(1)}-${parent}-01`],
    ['has a long trace id', `00-0${trace}-${parent}-01`],
    ['has a short parent id', `00-${trace}-${parent.slice(1)}-01`],
    ['has letters that are no digits', `00-${trace.replace('a', 'g')}-${parent}-01`],
    ['has flags of one digit', `00-${trace}-${parent}-1`],
    ['has flags of three digits', `00-${trace}-${parent}-011`],
    ['has a version of one digit', `0-${trace}-${parent}-01`],
    ['has a field too few', `00-${trace}-${parent}`],
    ['has a field too many for version 00', `${traceparent}-what`],
    ['ends in a dash in version 00', `${traceparent}-`],
    ['goes on without a dash in a later version', `cc-${trace}-${parent}-01.what`],
    ['is longer than anybody needs', `cc-${trace}-${parent}-01-${'x'.repeat(460)}`],
    ['starts with a space', ` ${traceparent}`],
    ['ends with a line break', `${traceparent}\n`],
    ['was sent twice, and joined', `${traceparent}, ${traceparent}`],
    ['was sent twice in a later version', `cc-${trace}-${parent}-01-x, cc-${trace}-${parent}-01-x`],
    ['has a tab, which no attribute may hold', `cc-${trace}-${parent}-01-a\tb`],
    ['has a control character of Latin 1', `cc-${trace}-${parent}-01-a\u0085b`]
  ])('that %s is left out, and its tracestate with it', (_name, traceparent) => {
    expect(readTraceContext({ traceparent, tracestate: 'a=1' })).toEqual({})
  })
})

describe('tracestate', () => {
  const long = (length: number) => `k=${'v'.repeat(length)}`
  const many = (count: number) => Array.from({ length: count }, (_, i) => `k${i}=v`).join(',')

  test.each([
    ['an example of the specification', 'rojo=00f067aa0ba902b7,congo=t61rcWkgMzE'],
    ['a key with a tenant', 'fw529a3039@dt=FfffffeeC2'],
    ['a key that starts with a digit', '1a-2*f/oo=1'],
    ['white space between members', 'a=1 , b=2'],
    ['empty members', 'a=1,,b=2, ,'],
    ['a value with spaces inside', 'a=b c d'],
    ['every character a value may have', 'a= !"#$%&\'()*+-./:;<>?@[\\]^_`{|}~'],
    ['a key of 256 characters', `${'k'.repeat(256)}=1`],
    ['a value of 256 characters', long(256)],
    ['32 members', many(32)],
    ['512 characters', `${long(256)},j=${'v'.repeat(251)}`]
  ])('with %s is kept as it is', (_name, tracestate) => {
    expect(readTraceContext({ traceparent, tracestate })).toEqual({ traceparent, tracestate })
  })

  test('a tab between members becomes a space: no attribute may hold a tab', () => {
    expect(readTraceContext({ traceparent, tracestate: 'a=1,\tb=2\t,c=3' }).tracestate).toBe('a=1, b=2 ,c=3')
  })

  test.each([
    ['is empty', ''],
    ['has only empty members', ' , ,'],
    ['has a member without a value', 'a=1,b'],
    ['has an empty value', 'a='],
    ['has an empty key', '=1'],
    ['has two equals signs', 'a=b=c'],
    ['has a key in upper case', 'A=1'],
    ['has a key that starts with a sign', '_a=1'],
    ['has a space before the equals sign', 'a =1'],
    ['has a key twice', 'a=1,b=2,a=3'],
    ['has 33 members', many(33)],
    ['has a key of 257 characters', `${'k'.repeat(257)}=1`],
    ['has a value of 257 characters', long(257)],
    ['has 513 characters', `${long(256)},j=${'v'.repeat(252)}`],
    ['has a tab in a value', 'a=b\tc'],
    ['has white space that is neither space nor tab', 'a=1\u00a0,b=2'],
    ['has a letter beyond ASCII', 'a=ä'],
    ['has a line break', 'a=1\n']
  ])('that %s is left out; the traceparent stays', (_name, tracestate) => {
    expect(readTraceContext({ traceparent, tracestate })).toEqual({ traceparent })
  })

  test('alone it means nothing', () => {
    expect(readTraceContext({ tracestate: 'a=1' })).toEqual({})
  })

  test('is read in no time, however it is made', () => {
    const start = performance.now()
    for (const part of [' ', '\t', 'a', 'a=', ' =', ',']) {
      readTraceContext({ traceparent, tracestate: part.repeat(512 / part.length) })
      readTraceContext({ traceparent, tracestate: part.repeat(8192) })
    }
    expect(performance.now() - start).toBeLessThan(500)
  })
})
