import { coerce } from './coerce.ts'
import type { DestinationConfig } from './config.ts'
import { loadAdapter } from './load-adapter.ts'
import { nearest } from './nearest.ts'
import { shapeOf } from './shape.ts'
import { freezeTree, isMapping, valueAt } from './tree.ts'
import { unknownKey, validate } from './validate.ts'
import type { Fault } from './written.ts'

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
      const meant = Object.keys(entry).filter(key => nearest(key, ['adapter']) !== undefined)
      faults.push(
        ...meant.map(key => ({ path: [...path, key], at: 'key', fault: unknownKey(key, ['adapter']) }) as const)
      )
    }
    if (typeof entry['adapter'] !== 'string') continue
    const { adapter, ...options } = entry
    const definition = await loadAdapter(adapter, directory).catch((error: Error) => {
      faults.push({ path: [...path, 'adapter'], fault: error.message, example: 'stdout' })
    })
    if (!definition) continue
    const shape = shapeOf(definition.options)
    const read = validate(definition.options, shape, coerce(options, shape))
    if ('value' in read) {
      // The definition is somebody else's module, and stays as they made it.
      destinations.push(Object.freeze({ name, adapter, definition, options: freezeTree(read.value) }))
    } else faults.push(...read.faults.map(fault => ({ ...fault, path: [...path, ...fault.path] })))
  }
  return { destinations, faults }
}
