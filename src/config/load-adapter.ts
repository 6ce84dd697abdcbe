import { adapters } from '../../adapters/index.ts'
import type { AdapterDefinition } from '../adapter.ts'
import { importModule } from '../import-module.ts'
import { definitionFaults } from './definition.ts'
import { nearest } from './nearest.ts'

const PACKAGE = /^(@[\w.~-]+\/)?[\w.~-]+(\/[\w.~/-]+)?$/

/**
 * Loads an adapter: a built-in one by name, a module by its path (it starts with `.` or `/`), or a package, installed
 * where the configuration is.
 * @param directory the folder of the configuration file
 * @throws {Error} whose message says why there is no such adapter
 */
export async function loadAdapter(name: string, directory: string): Promise<AdapterDefinition> {
  const module = await importAdapter(name, directory)
  const faults = definitionFaults(module.default)
  if (faults.length === 0) return module.default as AdapterDefinition
  throw new Error(`The default export of \`${name}\` is no adapter definition: ${faults.join('; ')}. Correct it.`)
}

async function importAdapter(name: string, directory: string): Promise<{ readonly default?: unknown }> {
  const builtIn = Object.hasOwn(adapters, name) ? adapters[name] : undefined
  try {
    if (builtIn !== undefined) return await builtIn()
    if (/^[./]/.test(name) || PACKAGE.test(name)) return await importModule(name, directory)
  } catch (error) {
    throw new Error(importFault(error, name), { cause: error })
  }
  throw new Error(
    `is not the name of a built-in adapter (${Object.keys(adapters).join(', ')}), a package, or a path. Correct it.`
  )
}

function importFault(error: unknown, name: string): string {
  if (!(error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')) {
    const [reason] = (error instanceof Error ? error.message : String(error)).split('\n')
    return `Cannot import \`${name}\`: ${reason}. Mend it, or name another adapter.`
  }
  // The adapter may be there, but not the client that it imports.
  const [, missing = name] = /^Cannot find package '([^']+)'/.exec(error.message) ?? []
  const meant = nearest(name, Object.keys(adapters))
  const isFile = missing !== name && /\.[cm]?[jt]s$/.test(name) && name.startsWith(`${missing}/`)
  const remedy = /^[./]/.test(missing)
    ? 'Make sure that it is there, and what it imports'
    : isFile
      ? 'A path begins with ./; otherwise make sure it is installed'
      : 'Make sure it is installed'
  return `Cannot import \`${missing}\`. ${remedy}.${meant === undefined ? '' : ` Or did you mean "${meant}"?`}`
}
