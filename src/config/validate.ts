import type { z } from 'zod'
import { nearest } from './nearest.ts'
import { type JsonSchema, keysAt, schemasAt } from './shape.ts'
import { mapLeaves, type Path, valueAt } from './tree.ts'
import type { Fault } from './written.ts'

export type Validated<T> = { readonly value: T; readonly faults: readonly [] } | { readonly faults: readonly Fault[] }

/**
 * Validates a tree with a zod schema, whose shape is `shape`. Messages of the schema's own follow the value's name:
 * `must be …`.
 */
export function validate<S extends z.ZodType>(schema: S, shape: JsonSchema, tree: unknown): Validated<z.output<S>> {
  const { success, data, error } = schema.safeParse(tree, { error: sentence })
  return success ? { value: data, faults: [] } : { faults: error.issues.flatMap(issue => explain(issue, tree, shape)) }
}

const KINDS: Readonly<Record<string, string>> = {
  object: 'a mapping (keys and values)',
  record: 'a mapping (keys and values)',
  array: 'a list',
  string: 'a text',
  boolean: 'true or false',
  int: 'a whole number'
}

/** What is said where a schema has no words of its own. */
function sentence(issue: z.core.$ZodRawIssue): string | undefined {
  return issue.code === 'invalid_type' ? `must be ${KINDS[issue.expected] ?? `a ${issue.expected}`}` : undefined
}

function explain(issue: z.core.$ZodIssue, input: unknown, shape: JsonSchema, base: Path = []): Fault[] {
  const path = [...base, ...issue.path]
  const value = valueAt(input, path)
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(shape, path)
    return issue.keys.map(key => ({ path: [...path, key], at: 'key', fault: unknownKey(key, known) }))
  }
  if (issue.code === 'invalid_key') {
    return [{ path, at: 'key', fault: `the name ${issue.issues[0]?.message ?? 'is not valid'}` }]
  }
  if (issue.code === 'invalid_union') {
    const meant = issue.errors.find(issues => !issues.some(isOtherKind))
    if (meant !== undefined && value !== undefined) return meant.flatMap(inner => explain(inner, input, shape, path))
  }
  const [example] = schemasAt(shape, path).flatMap(({ examples = [] }) => examples)
  return [{ path, fault: faultOf(value, issue.message), ...(example !== undefined && { example }) }]
}

function faultOf(value: unknown, message: string): string {
  if (value !== undefined && value !== null) return withhold(message, value)
  const state = value === undefined ? 'is missing' : 'has no value'
  return message.startsWith('must ') ? `${state}; it ${message}` : state
}

/** Whether the value is of another kind than this part of the union is for. */
function isOtherKind({ code, path }: z.core.$ZodIssue): boolean {
  return path.length === 0 && (code === 'invalid_type' || code === 'invalid_value')
}

/** No secret is this short: callback tokens have at least 22 characters, signing secrets 32. */
const LONGEST_SHOWN = 21

function unknownKey(key: string, known: readonly string[]): string {
  const name = key.length > LONGEST_SHOWN ? '' : ` "${key}"`
  const meant = nearest(key, known)
  return meant === undefined
    ? `unknown key${name}; known here: ${known.join(', ')}`
    : `unknown key${name}; did you mean "${meant}"?`
}

/** Takes the value's own texts out of a message that an adapter's schema may have put them into. */
function withhold(message: string, value: unknown): string {
  let clean = message
  mapLeaves(value, leaf => {
    if (typeof leaf === 'string' && leaf.length > 2) clean = clean.replaceAll(leaf, '…')
  })
  return clean
}
