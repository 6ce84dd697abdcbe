import type { z } from 'zod'
import { suggestion } from './nearest.ts'
import { isSecret, type JsonSchema, keysAt, schemasAt } from './shape.ts'
import { mapLeaves, type Path, valueAt } from './tree.ts'
import type { Fault } from './written.ts'

export type Validated<T> = { readonly value: T; readonly faults: readonly [] } | { readonly faults: readonly Fault[] }

/**
 * Validates a tree with a zod schema, whose shape is `shape`. Messages of the schema's own follow the value's name:
 * `must be …`.
 */
export function validate<S extends z.ZodType>(schema: S, shape: JsonSchema, tree: unknown): Validated<z.output<S>> {
  const { success, data, error } = schema.safeParse(tree, { error: sentence, jitless: true })
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

/** What is said where a schema has no words of its own. Whatever else there is, zod says in its own. */
function sentence(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${KINDS[issue.expected] ?? `a ${issue.expected}`}`
    case 'invalid_value':
      return `must be ${issue.values.map(String).join(' or ')}`
    case 'too_small':
      return issue.origin === 'number'
        ? `must be ${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}`
        : undefined
    case 'too_big':
      return issue.origin === 'number'
        ? `must be ${issue.inclusive ? 'at most' : 'less than'} ${issue.maximum}`
        : undefined
    default:
      return undefined
  }
}

function explain(issue: z.core.$ZodIssue, input: unknown, shape: JsonSchema, base: Path = []): Fault[] {
  const path = [...base, ...issue.path]
  const value = valueAt(input, path)
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(shape, path)
    return issue.keys.map(key => ({ path: [...path, key], at: 'key', fault: unknownKey(key, known) }))
  }
  if (issue.code === 'invalid_key') {
    const name = quote(String(path.at(-1)))
    return [{ path, at: 'key', fault: `the name${name} ${issue.issues[0]?.message ?? 'is not valid'}` }]
  }
  if (issue.code === 'invalid_union') {
    const meant = issue.errors.find(issues => !issues.some(isOtherKind))
    if (meant !== undefined && value !== undefined) return meant.flatMap(inner => explain(inner, input, shape, path))
  }
  const [example] = schemasAt(shape, path).flatMap(({ examples = [] }) => examples)
  const message = withhold(issue.message, path, value, shape)
  return [{ path, fault: faultOf(value, message), ...(example !== undefined && { example }) }]
}

function faultOf(value: unknown, message: string): string {
  if (value !== undefined && value !== null) return message
  const state = value === undefined ? 'is missing' : 'has no value'
  return message.startsWith('must ') ? `${state}; it ${message}` : state
}

/** Whether the value is of another kind than this part of the union is for. */
function isOtherKind({ code, path }: z.core.$ZodIssue): boolean {
  return path.length === 0 && (code === 'invalid_type' || code === 'invalid_value')
}

/** No secret is this short: callback tokens have at least 22 characters, signing secrets 32. */
const LONGEST_SHOWN = 21

/** Says that a key is not known, and which known one may have been meant. */
export function unknownKey(key: string, known: readonly string[]): string {
  return `unknown key${quote(key)}; ${suggestion(key, known)}`
}

function quote(key: string): string {
  return key.length > LONGEST_SHOWN ? '' : ` "${key}"`
}

/** Takes secrets out of a message that an adapter's schema may have put them into. */
function withhold(message: string, path: Path, value: unknown, shape: JsonSchema): string {
  let clean = message
  mapLeaves(value, (leaf, within) => {
    const isShown = leaf === '' || !schemasAt(shape, [...path, ...within]).some(isSecret)
    if (!isShown) clean = clean.replaceAll(String(leaf), '…')
  })
  return clean
}
