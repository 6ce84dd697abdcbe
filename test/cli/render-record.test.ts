import { isUtf8 } from 'node:buffer'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { renderRecord } from '../../src/cli/check/render-record.ts'
import { UNICODE } from '../../src/testing/sample-event.ts'

/** As `check --event` writes it, and as YAML reads it. */
const write = (record: unknown) => stringify(renderRecord(record), { lineWidth: 0 })
const read = (text: string) => parse(text, { customTags: ['binary'] })

it.each([
  ['text as text', { value: Buffer.from(UNICODE) }, { value: UNICODE }],
  ['text that YAML takes for something else', [Buffer.from('12'), Buffer.from('no')], ['12', 'no']],
  ['no bytes', { value: Buffer.of() }, { value: '' }],
  ['part of a buffer', { value: Buffer.from('abcdef').subarray(2, 4) }, { value: 'cd' }],
  ['times', { at: new Date(Date.UTC(2026, 0, 22, 12, 0, 0, 123)) }, { at: '2026-01-22T12:00:00.123Z' }],
  ['what is absent as absent', { key: undefined, value: null }, { value: null }],
  ['the rest as it is', { a: [1, true, { b: 'c' }] }, { a: [1, true, { b: 'c' }] }]
])('writes %s', (_what, record, said) => {
  expect(read(write(record))).toEqual(said)
})

it('tags bytes that are no text', () => {
  expect(write({ value: Buffer.of(0xff, 0xfe) })).toBe('value: !!binary //4=\n')
})

it('loses no byte', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array(),
        fc.string({ unit: 'binary' }).map(text => Buffer.from(text))
      ),
      bytes => {
        const value: unknown = read(write({ value: bytes })).value
        expect(typeof value === 'string').toBe(isUtf8(bytes))
        expect(Buffer.from(value as string)).toEqual(Buffer.from(bytes))
      }
    )
  )
})
