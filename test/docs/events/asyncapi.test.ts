import { readFile } from 'node:fs/promises'
import { type Diagnostic, Parser } from '@asyncapi/parser'
import { beforeAll, describe, expect, it } from 'vitest'
import { isMapping, valueAt } from '../../../src/config/tree.ts'
import { root } from '../../spawn.ts'
import { brokers } from './brokers.ts'
import { recordOf } from './records.ts'
import { sampleEvent } from './samples.ts'
import { type ConsumerType, consumerTypes } from './schema.ts'
import { validator } from './validator.ts'

// AsyncAPI's own parser, which follows the references to the JSON Schemas.
const source = `${root}docs/asyncapi.yaml`
const parse = (text: string) => new Parser().parse(text, { source })
let text = ''
let document: unknown
let diagnostics: readonly Diagnostic[] = []

beforeAll(async () => {
  text = await readFile(source, 'utf8')
  const parsed = await parse(text)
  document = parsed.document?.json()
  diagnostics = parsed.diagnostics
})

/** Of the parser's severities: errors are 0, warnings 1. */
const faults = (diagnostics: readonly Diagnostic[]) =>
  diagnostics.filter(({ severity }) => severity <= 1).map(({ path, message }) => `${path.join('.')}: ${message}`)

it("is valid to AsyncAPI's own parser, without an error or a warning", () => {
  expect(faults(diagnostics)).toEqual([])
  expect(document).toBeDefined()
})

it.each([
  ['an unknown action', (text: string) => text.replace('action: send', 'action: shout')],
  ['a schema that is not there', (text: string) => text.replace('schemas/com.google', 'schemas/org.google')],
  ['a message that is not there', (text: string) => text.replace('messages/kafka.batch.failed', 'messages/none')],
  [
    'a version of a binding that is not there',
    (text: string) => text.replace('bindingVersion: 0.5.0', 'bindingVersion: 9')
  ]
])('%s would be found', async (_name, mistake) => {
  expect(mistake(text)).not.toBe(text)
  expect(faults((await parse(mistake(text))).diagnostics)).not.toEqual([])
})

/** The document without what the parser has put into it. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain)
  if (!isMapping(value)) return value
  const own = Object.entries(value).filter(([key]) => !key.startsWith('x-parser-'))
  return Object.fromEntries(own.map(([key, member]) => [key, plain(member)]))
}

/** A part of a message's description; the document has its traits and references resolved. */
function described(broker: string, type: ConsumerType, part: 'headers' | 'payload'): Record<string, unknown> {
  const schema = plain(valueAt(document, ['components', 'messages', `${broker}.${type}`, part]))
  if (!isMapping(schema)) throw new Error(`${broker}.${type} has no ${part}`)
  // A name is for one schema, and its own file has it.
  const { $id: _, ...anonymous } = schema
  return anonymous
}

const mapping = (value: unknown) => (isMapping(value) ? value : {})

describe.each(Object.keys(brokers))('the messages of %s', broker => {
  it.each(consumerTypes)('%s: what the adapter makes', async type => {
    const { value, data, Detail, headers, attributes } = mapping(await recordOf(broker, sampleEvent(type)))
    const payload = String(value ?? data ?? Detail)
    // A dead letter's own data are bytes.
    const isJson = type !== 'dead_letter' || broker === 'eventbridge'
    if (isJson) expect(validator(described(broker, type, 'payload'))(JSON.parse(payload))).toEqual([])
    if (broker === 'eventbridge') return
    const said = mapping(headers ?? attributes)
    const schema = described(broker, type, 'headers')
    expect(validator(schema)(said)).toEqual([])
    expect(Object.keys(mapping(schema['properties']))).toEqual(expect.arrayContaining(Object.keys(said)))
  })
})

it('a record of another type is none', async () => {
  const { headers } = mapping(await recordOf('kafka', sampleEvent('batch.failed')))
  const validate = validator(described('kafka', 'batch.expired', 'headers'))
  expect(validate(headers)).toEqual(['/ce_type must be equal to constant'])
})
