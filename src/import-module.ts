import { registerHooks } from 'node:module'
import { extname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const ADAPTER = 'gemini-event-bridge/adapter'
/** From the sources, and from what is built of them. */
const adapterUrl = new URL(`adapter${extname(import.meta.url)}`, import.meta.url).href

/**
 * Imports a module by its path (it starts with `.` or `/`), or a package as the folder's own modules would. Where no
 * package of the bridge is installed, as beside a checkout, the module's `gemini-event-bridge/adapter` is this bridge's.
 * @param directory the folder, such as an adapter's `context.directory`
 */
export async function importModule(name: string, directory: string): Promise<{ readonly default?: unknown }> {
  const url = /^[./]/.test(name) ? pathToFileURL(resolve(directory, name)).href : resolvePackage(name, directory)
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      try {
        return next(specifier, context)
      } catch (error) {
        if (specifier !== ADAPTER) throw error
        return { url: adapterUrl, shortCircuit: true }
      }
    }
  })
  try {
    return await import(url)
  } finally {
    hooks.deregister()
  }
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
