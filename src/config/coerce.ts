import { type JsonSchema, schemasAt } from './shape.ts'
import { mapLeaves } from './tree.ts'

const NUMBER = /^-?\d+(\.\d+)?$/

/**
 * Turns text into the number or boolean that the schema wants at its place, since references and environment variables
 * can give nothing but text. Text that is neither stays, for validation to refuse.
 */
export function coerce(tree: unknown, shape: JsonSchema): unknown {
  return mapLeaves(tree, (leaf, path) => (typeof leaf === 'string' ? coerceText(leaf, schemasAt(shape, path)) : leaf))
}

function coerceText(text: string, schemas: readonly JsonSchema[]): unknown {
  if (schemas.some(schema => schema.type === 'string' && takes(schema, text))) return text
  if (schemas.some(({ type }) => type === 'number' || type === 'integer') && NUMBER.test(text)) return Number(text)
  const boolean = text === 'true' ? true : text === 'false' ? false : undefined
  return boolean !== undefined && schemas.some(schema => schema.type === 'boolean' && takes(schema, boolean))
    ? boolean
    : text
}

function takes({ const: constant, enum: values }: JsonSchema, value: string | boolean): boolean {
  return constant === undefined ? values === undefined || values.includes(value) : constant === value
}
