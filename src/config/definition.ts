import type { AdapterDefinition } from '../adapter.ts'
import { destination } from './destination-schema.ts'

const OPTIONAL = ['record', 'messaging', 'inspect'] as const
/** The keys of a destination that are the bridge's own, so that no option of such a name could be set. */
const OWN = Object.keys(destination.shape)

/**
 * What is wrong with a module's default export as an adapter definition, all of it; nothing if it is one. Looks at the
 * form alone, since the module may have brought a copy of zod and of the bridge that is not ours.
 */
export function definitionFaults(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return ['it must be { name, options, connect }, by defineAdapter']
  const { name, options, connect, ...others } = value as { readonly [M in keyof AdapterDefinition]?: unknown }
  return [
    ...(typeof name === 'string' && /^[a-z][a-z\d-]*$/.test(name)
      ? []
      : ['its name must be lower case letters, digits and -, with a letter first']),
    ...optionFaults(options),
    ...(typeof connect === 'function' ? [] : ['its connect must be a function']),
    ...OPTIONAL.filter(member => others[member] !== undefined && typeof others[member] !== 'function').map(
      member => `its ${member} must be a function, or be left out`
    )
  ]
}

function optionFaults(options: unknown): string[] {
  const shape = shapeOfObject(options)
  if (shape === undefined) return ['its options must be a z.strictObject']
  return Object.keys(shape)
    .filter(key => OWN.includes(key))
    .map(key => `its option ${key} must have another name: that key of a destination is the bridge's own`)
}

/** The members of an object schema. */
function shapeOfObject(schema: unknown): object | undefined {
  const { type, shape } = (schema as Partial<AdapterDefinition['options']> | null | undefined)?._zod?.def ?? {}
  return type === 'object' ? shape : undefined
}
