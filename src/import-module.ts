import { registerHooks } from 'node:module'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

/**
 * Imports a module by its path (it starts with `.` or `/`), or a package as the folder's own modules would.
 * @param directory the folder, such as an adapter's `context.directory`
 */
export async function importModule(name: string, directory: string): Promise<{ readonly default?: unknown }> {
  return import(/^[./]/.test(name) ? pathToFileURL(resolve(directory, name)).href : resolvePackage(name, directory))
}

/** import.meta.resolve from another folder: Node has its second parameter behind a flag only. */
function resolvePackage(name: string, directory: string): string {
  const parentURL = pathToFileURL(`${directory}/`).href
  const hooks = registerHooks({
    resolve: (specifier, context, next) => next(specifier, specifier === name ? { ...context, parentURL } : context)
  })
  try {
    return import.meta.resolve(name)
  } finally {
    hooks.deregister()
  }
}
