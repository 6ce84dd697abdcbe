// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references are the subject
import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { adapters } from '../../adapters/index.ts'
import { renderJsonSchema } from '../../src/cli/check.ts'
import { bridgeJsonSchema } from '../../src/config/json-schema.ts'
import { configSchema } from '../../src/config/schema.ts'
import { alternatives, type JsonSchema, shapeOf } from '../../src/config/shape.ts'
import { configShape, destinationShape } from '../../src/config/shapes.ts'

test('bridge.schema.json is what the code says', async () => {
  const published = await readFile(new URL('../../bridge.schema.json', import.meta.url), 'utf8')
  expect(published, 'npm run docs writes it').toBe(await renderJsonSchema())
})

test('every key has a description and an example', () => {
  const bare: string[] = []
  const walk = (schema: JsonSchema, path: string) => {
    for (const { properties = {}, items } of alternatives(schema, schema)) {
      for (const [key, inner] of Object.entries(properties)) {
        if (typeof inner !== 'object') continue
        const said = alternatives(inner, inner)
        if (!said.some(({ description }) => description) || !said.some(({ examples }) => examples))
          bare.push(`${path}.${key}`)
        walk(inner, `${path}.${key}`)
      }
      if (typeof items === 'object' && !Array.isArray(items)) walk(items, `${path}[]`)
    }
  }
  walk(shapeOf(configSchema), '')
  expect(bare).toEqual([])
})

test('the options of each built-in adapter hold for its own name, and those of others are open', async () => {
  const { properties = {} } = await bridgeJsonSchema()
  const { additionalProperties: destination } = properties['destinations'] as { additionalProperties: JsonSchema }
  expect(destination.allOf?.map(part => (part as { if: unknown }).if)).toEqual(
    Object.keys(adapters).map(name => ({ properties: { adapter: { const: name } }, required: ['adapter'] }))
  )
  expect(destination).toMatchObject({
    required: ['adapter'],
    properties: { adapter: { anyOf: [{ enum: Object.keys(adapters) }, { type: 'string' }] } },
    additionalProperties: {}
  })
})

test('whatever is referred to is there', async () => {
  const schema = await bridgeJsonSchema()
  const referred = Array.from(JSON.stringify(schema).matchAll(/"\$ref":"#\/\$defs\/(\w+)"/g), ([, name]) => name)
  expect(new Set(referred)).toEqual(new Set(['filter', 'reference']))
  expect(Object.keys(schema.$defs ?? {})).toEqual(['filter', 'reference'])
})

test('a reference may stand for a number, and what is no reference may not', async () => {
  const { properties = {}, $defs } = await bridgeJsonSchema()
  const listen = properties['listen'] as JsonSchema
  expect(listen.properties?.['port']).toMatchObject({
    default: 8080,
    anyOf: [{ type: 'integer', minimum: 0, maximum: 65535 }, { $ref: '#/$defs/reference' }]
  })
  const { pattern = '' } = $defs?.['reference'] ?? {}
  expect(['${env:PORT}', 'a${file:/b}', '${PORT}', '8080'].map(text => RegExp(pattern).test(text))).toEqual([
    true,
    true,
    false,
    false
  ])
})

test('the shapes that a build writes down are plain data', () => {
  for (const shape of [configShape, destinationShape]) expect(JSON.parse(JSON.stringify(shape))).toStrictEqual(shape)
})
