import { adapters } from '../../adapters/index.ts'
import { configSchema } from './schema.ts'
import { type JsonSchema, shapeOf } from './shape.ts'
import { isMapping } from './tree.ts'

/**
 * The JSON Schema (2020-12) of the configuration file, for editors and docs. A built-in adapter's options are its own;
 * those of packages and paths are open.
 */
export async function bridgeJsonSchema(): Promise<JsonSchema> {
  const schema = shapeOf(configSchema)
  const { destinations, ...properties } = schema.properties ?? {}
  const whole = {
    ...schema,
    title: 'gemini-event-bridge',
    properties: {
      ...properties,
      destinations: { ...(destinations as JsonSchema), additionalProperties: await destinationSchema(destinations) }
    }
  }
  const { $defs, ...open } = withReferences(whole) as JsonSchema
  return { ...open, $defs: { ...$defs, reference: REFERENCE } }
}

const REFERENCE: JsonSchema = {
  type: 'string',
  pattern: String.raw`\$\{(env|file):`,
  description: `\${env:NAME}, \${env:NAME:-default} or \${file:/path}`
}

async function destinationSchema(destinations: unknown): Promise<JsonSchema> {
  const { additionalProperties } = destinations as { additionalProperties: JsonSchema }
  const loaded = Object.entries(adapters).map(async ([name, load]) => ({
    name,
    shape: shapeOf((await load()).default.options)
  }))
  const { adapter, ...own } = additionalProperties.properties ?? {}
  const beside = Object.fromEntries(Object.keys(own).map(key => [key, true]))
  return {
    ...additionalProperties,
    properties: {
      adapter: { ...(adapter as JsonSchema), anyOf: [{ enum: Object.keys(adapters) }, { type: 'string' }] },
      ...own
    },
    allOf: (await Promise.all(loaded)).map(({ name, shape: { properties, required = [] } }) => ({
      if: { properties: { adapter: { const: name } }, required: ['adapter'] },
      // biome-ignore lint/suspicious/noThenProperty: JSON Schema's keyword
      then: { properties: { adapter: true, ...beside, ...properties }, required, additionalProperties: false }
    }))
  }
}

/** Keywords that say what a text must be; a reference to it is another text. */
const CONSTRAINTS = ['type', 'pattern', 'enum', 'minimum', 'maximum', 'minLength', 'maxLength', 'format']

/** Allows a reference wherever it can stand: in place of any text, number or boolean. */
function withReferences(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withReferences)
  if (!isMapping(schema)) return schema
  const entries = Object.entries(schema)
  // Names stand as they are; references are only for values.
  const within = ([key, value]: [string, unknown]) => [key, key === 'propertyNames' ? value : withReferences(value)]
  if (!isConstrainedScalar(schema)) return Object.fromEntries(entries.map(within))
  const constraints = Object.fromEntries(entries.filter(([key]) => CONSTRAINTS.includes(key)))
  const others = Object.fromEntries(entries.filter(([key]) => !CONSTRAINTS.includes(key)))
  return { ...others, anyOf: [constraints, { $ref: '#/$defs/reference' }] }
}

function isConstrainedScalar({ type, const: constant, pattern, enum: values, minLength, format }: JsonSchema): boolean {
  if (constant !== undefined) return false
  if (type === 'string') return [pattern, values, minLength, format].some(constraint => constraint !== undefined)
  return type === 'integer' || type === 'number' || type === 'boolean'
}
