import { z } from 'zod'
import type { Path } from './tree.ts'

export type JsonSchema = z.core.JSONSchema.BaseSchema

/**
 * What a zod schema takes in, as JSON Schema: the one description from which coercion, masking, examples, names of
 * environment variables, editors' completion and docs are derived.
 */
export function shapeOf(schema: z.ZodType): JsonSchema {
  const shape = shapes.get(schema) ?? makeShape(schema)
  shapes.set(schema, shape)
  return shape
}

/** It is asked for again and again, and takes its time. */
const shapes = new WeakMap<z.ZodType, JsonSchema>()

function makeShape(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override({ zodSchema, jsonSchema }) {
      // zod leaves out the examples of a schema that transforms, taking them for its outputs. Ours are inputs.
      const examples = z.globalRegistry.get(zodSchema)?.['examples']
      if (Array.isArray(examples)) jsonSchema.examples = examples
    }
  })
}

/** Everything that is said of one value: its schema, and those within it by reference, as alternatives or together. */
export function alternatives(schema: z.core.JSONSchema._JSONSchema | undefined, root: JsonSchema): JsonSchema[] {
  if (typeof schema !== 'object') return []
  const referred = schema.$ref?.startsWith('#/$defs/') ? root.$defs?.[schema.$ref.slice('#/$defs/'.length)] : undefined
  const within = [referred, ...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])]
  return [schema, ...within.flatMap(part => alternatives(part, root))]
}

/** Everything that is said of the value at a path. What lies inside a secret is a secret. */
export function schemasAt(root: JsonSchema, path: Path): JsonSchema[] {
  return path.reduce<JsonSchema[]>(
    (schemas, key) => {
      const inner = schemas.flatMap(schema => alternatives(childOf(schema, key), root))
      return schemas.some(isSecret) ? [...inner, { secret: true }] : inner
    },
    alternatives(root, root)
  )
}

function childOf(schema: JsonSchema, key: PropertyKey) {
  if (typeof key === 'number')
    return schema.prefixItems?.[key] ?? (Array.isArray(schema.items) ? undefined : schema.items)
  const name = String(key)
  return Object.hasOwn(schema.properties ?? {}, name) ? schema.properties?.[name] : schema.additionalProperties
}

/** Whether the schema is marked `.meta({ secret: true })`. */
export function isSecret(schema: JsonSchema): boolean {
  return schema['secret'] === true
}

/** The keys that a mapping at the path may have. */
export function keysAt(root: JsonSchema, path: Path): string[] {
  return [...new Set(schemasAt(root, path).flatMap(({ properties = {} }) => Object.keys(properties)))]
}
