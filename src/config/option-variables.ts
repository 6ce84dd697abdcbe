import type { AdapterDefinition } from '../adapter.ts'
import { alternatives, type JsonSchema, shapeOf } from './shape.ts'
import type { Path } from './tree.ts'

/** An environment variable and the option whose value it is. */
export interface OptionVariable {
  readonly name: string
  readonly path: Path
  /** The option is a list: its items stand with commas between them. */
  readonly separator?: RegExp
}

const SCALARS = ['string', 'number', 'integer', 'boolean']

/**
 * The environment variables of an adapter's options, by their names alone: `clientId` of kafka is KAFKA_CLIENT_ID,
 * `tls.ca` is KAFKA_TLS_CA. Lists of mappings, and mappings with names of one's own, have none.
 */
export function optionVariables({ name, options }: AdapterDefinition): OptionVariable[] {
  const root = shapeOf(options)
  const variables = new Map<string, OptionVariable>()

  const walk = (schema: JsonSchema, path: readonly string[], parents: readonly JsonSchema[]) => {
    const said = alternatives(schema, root).filter(part => !parents.includes(part))
    const variable = { name: variableName([name, ...path]), path }
    if (said.some(isList)) variables.set(variable.name, { ...variable, separator: /\s*,\s*/ })
    else if (said.some(isScalar)) variables.set(variable.name, variable)
    for (const { properties = {} } of said) {
      for (const [key, inner] of Object.entries(properties)) {
        if (typeof inner === 'object') walk(inner, [...path, key], [...parents, ...said])
      }
    }
  }
  const isList = ({ items }: JsonSchema) => !Array.isArray(items) && alternatives(items, root).some(isScalar)

  walk(root, [], [])
  return [...variables.values()]
}

function isScalar({ type, const: constant, enum: values }: JsonSchema): boolean {
  return SCALARS.some(scalar => scalar === type) || constant !== undefined || values !== undefined
}

function variableName(words: readonly string[]): string {
  return words
    .map(word => word.replace(/([a-z\d])([A-Z])/g, '$1_$2').replace(/[^A-Za-z\d]/g, '_'))
    .join('_')
    .toUpperCase()
}
