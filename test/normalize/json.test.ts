import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseJson, stringOf } from '../../src/normalize/json.ts'
import { jsonNumber, jsonText, parseDigits } from '../envelopes.ts'

const numbers = [
  '0',
  '-0',
  '1.0',
  '1.10',
  '1e400',
  '1E+2',
  '-0.0e-0',
  '9007199254740993',
  '12345678901234567890',
  '1e-999'
]

describe('parseJson', () => {
  test.each(numbers)('%s stays %s', number => {
    expect(JSON.stringify(parseJson(number))).toBe(number)
    expect(JSON.stringify(parseJson(`{"a":[${number},{"b":${number}}]}`))).toBe(`{"a":[${number},{"b":${number}}]}`)
  })

  test('any number keeps every digit', () => {
    fc.assert(
      fc.property(jsonNumber, number => {
        expect(JSON.stringify(parseJson(number))).toBe(number)
      })
    )
  })

  test('nothing is lost or added, whatever the JSON', () => {
    fc.assert(
      fc.property(jsonText, text => {
        assert.deepEqual(parseDigits(JSON.stringify(parseJson(text))), parseDigits(text))
      })
    )
  })

  test('of two members of one name the last counts, with its own digits', () => {
    expect(JSON.stringify(parseJson('{"a":1,"b":{"c":1},"a":1.0,"b":2.0}'))).toBe('{"a":1.0,"b":2.0}')
  })

  test('a member named __proto__ is a member like any other', () => {
    const value = parseJson('{"__proto__":{"polluted":1.0},"a":{"__proto__":2.0,"constructor":{"prototype":{"p":1}}}}')
    expect(JSON.stringify(value)).toBe(
      '{"__proto__":{"polluted":1.0},"a":{"__proto__":2.0,"constructor":{"prototype":{"p":1}}}}'
    )
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
    expect({}).not.toHaveProperty('polluted')
  })

  test('an object that looks like a raw number is an object', () => {
    const value = parseJson('{"rawJSON":"1","toJSON":"x"}')
    expect(JSON.isRawJSON(value)).toBe(false)
    expect(JSON.stringify(value)).toBe('{"rawJSON":"1","toJSON":"x"}')
  })

  test.each(['', ' ', 'NaN', 'Infinity', '01', '1.', '.5', '+1', '{"a":1,}', "{'a':1}", '[1]x', '"\n"', '\ufeff{}'])(
    '%j is not JSON',
    text => {
      expect(() => parseJson(text)).toThrow(SyntaxError)
    }
  )

  test('too much nesting is a RangeError', () => {
    expect(() => parseJson('['.repeat(100_000) + ']'.repeat(100_000))).toThrow(RangeError)
  })
})

describe('stringOf', () => {
  test.each([
    ['""', ''],
    ['"ä 😀"', 'ä 😀'],
    ['true', 'true'],
    ['false', 'false'],
    ...numbers.map(number => [number, number])
  ])('%s is %j', (text, string) => {
    expect(stringOf(parseJson(text))).toBe(string)
  })

  test.each(['null', '[]', '["a"]', '{}', '{"rawJSON":"1"}'])('%s has none', text => {
    expect(stringOf(parseJson(text))).toBeUndefined()
  })

  test('what is absent has none', () => {
    expect(stringOf(undefined)).toBeUndefined()
  })
})
