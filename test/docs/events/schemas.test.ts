import { readdir } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { EVENT_ATTRIBUTES } from '../../../src/config/events-schema.ts'
import { toStructured } from '../../../src/event.ts'
import { eventTypes } from '../../../src/event-types.ts'
import { sample } from '../../../src/standin/samples.ts'
import { root } from '../../spawn.ts'
import { attributes, TYPE_PREFIX } from './attributes.ts'
import { catalog } from './catalog.ts'
import { eventOf, sampleEvent, sampleFallback } from './samples.ts'
import { consumerTypes, schemaFile } from './schema.ts'
import { publishedSchema, publishedValidator, validator } from './validator.ts'

const structured = (event: Parameters<typeof toStructured>[0]) => JSON.parse(toStructured(event))
const without = (value: Record<string, unknown>, name: string) => {
  const { [name]: _, ...rest } = value
  return rest
}

describe('the documents', () => {
  it('know every attribute of the bridge, and no other', () => {
    expect(Object.keys(attributes)).toEqual([...EVENT_ATTRIBUTES, 'fallbackfor'])
  })

  it.each(eventTypes)('know every member of the data of %s', type => {
    expect(Object.keys(catalog[type].data)).toEqual(expect.arrayContaining(Object.keys(sample(type).data)))
  })

  it('have a schema for each type, and no other', async () => {
    expect((await readdir(`${root}docs/schemas`)).sort()).toEqual(consumerTypes.map(schemaFile).sort())
  })
})

describe.each(consumerTypes)('the schema of %s', type => {
  it('takes its sample', async () => {
    const validate = await publishedValidator(type)
    expect(validate(structured(sampleEvent(type)))).toEqual([])
  })

  it('is named by its type', async () => {
    const { $id, $schema, title, description } = await publishedSchema(type)
    expect({ $id, $schema, title }).toEqual({
      $id: `urn:gemini-event-bridge:schemas:${TYPE_PREFIX}${type}`,
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: `${TYPE_PREFIX}${type}`
    })
    expect(description).toMatch(/\.$/)
  })

  it('refuses the samples of all other types', async () => {
    const validate = await publishedValidator(type)
    for (const other of consumerTypes.filter(other => other !== type)) {
      expect(validate(structured(sampleEvent(other))), other).toContain('/type must be equal to constant')
    }
  })

  it.each(['specversion', 'id', 'source', 'type', 'recordedtime', 'partitionkey'])('misses %s', async name => {
    const validate = await publishedValidator(type)
    expect(validate(without(structured(sampleEvent(type)), name))).toEqual([` must have required property '${name}'`])
  })

  it.each([
    [{ subject: 7 }, '/subject must be string'],
    [{ id: '' }, '/id must NOT have fewer than 1 characters'],
    [{ recordedtime: 'yesterday' }, '/recordedtime must match format "date-time"'],
    [{ specversion: '0.3' }, '/specversion must be equal to constant'],
    [{ datacontenttype: 'text/plain' }, '/datacontenttype must be equal to constant']
  ])('refuses %o', async (mistake, fault) => {
    const validate = await publishedValidator(type)
    expect(validate({ ...structured(sampleEvent(type)), ...mistake })).toEqual([fault])
  })

  it('takes attributes that nobody knows today', async () => {
    const validate = await publishedValidator(type)
    expect(validate({ ...structured(sampleEvent(type)), tenant: 'acme', new: 'tomorrow' })).toEqual([])
  })
})

describe.each(eventTypes)('the data of %s', type => {
  it('have a schema that can be used alone', async () => {
    const { properties } = (await publishedSchema(type)) as { properties: { data: object } }
    const validate = validator(properties.data)
    const { data } = structured(sampleEvent(type))
    expect(validate(data)).toEqual([])
    expect(validate({ ...data, id: 7 })).toEqual(['/id must be string'])
    expect(validate(JSON.stringify(data))).toEqual([' must be object'])
  })

  it('may have what nobody knows today, and user_metadata wherever it stood', async () => {
    const validate = await publishedValidator(type)
    for (const placement of ['envelope', 'data'] as const) {
      const { data, ...envelope } = sample(type, { metadata: { a: [1, null] }, placement })
      const event = structured(eventOf(JSON.stringify({ ...envelope, data: { ...data, new: [] }, beside: 1 })))
      expect(event.data).toMatchObject({ user_metadata: { a: [1, null] }, new: [], beside: 1 })
      expect(validate(event)).toEqual([])
    }
  })

  it('need not have what is not certain', async () => {
    const validate = await publishedValidator(type)
    const { data, ...event } = structured(sampleEvent(type))
    expect(validate({ ...without(without(event, 'time'), 'apiversion'), data: { id: data.id } })).toEqual([])
    expect(validate({ ...without(event, 'subject'), data: {} })).toEqual(
      type === 'video.generated' ? [] : ["/data must have required property 'id'"]
    )
  })
})

it.each(['INVALID_ARGUMENT', 13])('an error code may be %o', async error_code => {
  const validate = await publishedValidator('batch.failed')
  const event = structured(sampleEvent('batch.failed'))
  expect(validate({ ...event, data: { ...event.data, error_code } })).toEqual([])
  expect(validate({ ...event, data: { ...event.data, error_code: {} } })).toEqual([
    '/data/error_code must be string,number'
  ])
})

it('an event in a fallback has the schema of its type', async () => {
  const validate = await publishedValidator('batch.succeeded')
  expect(validate(structured(sampleFallback('analytics')))).toEqual([])
  expect(validate({ ...structured(sampleFallback('analytics')), fallbackfor: true })).toEqual([
    '/fallbackfor must be string'
  ])
})
