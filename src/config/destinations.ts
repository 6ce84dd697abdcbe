import { coerce } from './coerce.ts'
import type { DestinationConfig } from './config.ts'
import { destination } from './destination-schema.ts'
import { loadAdapter } from './load-adapter.ts'
import { nearest } from './nearest.ts'
import { type JsonSchema, shapeOf } from './shape.ts'
import { destinationShape } from './shapes.ts'
import { freezeTree, isMapping, valueAt } from './tree.ts'
import { unknownKey, validate } from './validate.ts'
import type { Fault } from './written.ts'

/** The keys of a destination that are the bridge's own; all others are its adapter's options. */
const OWN = destinationShape.properties ?? {}

/** Loads the adapter of every destination that names one, and validates its options. */
export async function readDestinations(
  tree: unknown,
  directory: string
): Promise<{ readonly destinations: readonly DestinationConfig[]; readonly faults: readonly Fault[] }> {
  const entries = valueAt(tree, ['destinations'])
  const destinations: DestinationConfig[] = []
  const faults: Fault[] = []
  for (const [name, entry] of isMapping(entries) ? Object.entries(entries) : []) {
    const path = ['destinations', name]
    if (!isMapping(entry)) continue
    if (entry['adapter'] === undefined) {
      // Without its adapter nobody knows a destination's options, but one of its keys may be meant for it.
      const known = Object.keys(OWN)
      const meant = Object.keys(entry).filter(key => !known.includes(key) && nearest(key, known) !== undefined)
      faults.push(...meant.map(key => ({ path: [...path, key], at: 'key', fault: unknownKey(key, known) }) as const))
    }
    if (typeof entry['adapter'] !== 'string') continue
    const { adapter, fallback: _own, ...options } = entry
    const definition = await loadAdapter(adapter, directory).catch((error: Error) => {
      faults.push({ path: [...path, 'adapter'], fault: error.message, example: 'stdout' })
    })
    if (!definition) continue
    const shape = shapeOf(definition.options)
    const read = validateOptions(definition.options, withOwnKeys(shape), coerce(options, shape))
    if ('value' in read) {
      // What is wrong with it is said where the bridge's own keys are validated.
      const { fallback } = destination.safeParse(entry).data ?? {}
      destinations.push(
        // The definition is somebody else's module, and stays as they made it.
        Object.freeze({
          name,
          adapter,
          definition,
          options: freezeTree(read.value),
          given: freezeTree(options),
          ...(fallback !== undefined && { fallback: freezeTree(fallback) })
        })
      )
    } else faults.push(...read.faults.map(fault => ({ ...fault, path: [...path, ...fault.path] })))
  }
  return { destinations, faults }
}

/** A schema of somebody else's may throw, of which nothing is shown: it may quote a secret. */
const validateOptions: typeof validate = (schema, shape, options) => {
  try {
    return validate(schema, shape, options)
  } catch (error) {
    const fault = `cannot be validated: the adapter's schema throws (${error instanceof Error ? error.name : typeof error}). Check the values, and report it to the adapter's author: it should add an issue`
    return { faults: [{ path: [], fault }] }
  }
}

/** The shape of an adapter's options, with the keys beside them: those too may have been meant. */
function withOwnKeys(shape: JsonSchema): JsonSchema {
  const { adapter: _adapter, ...others } = OWN
  return { ...shape, properties: { ...shape.properties, ...others } }
}
