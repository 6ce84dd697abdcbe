import { createRequire } from 'node:module'
import { dirname, join, relative, sep } from 'node:path'

const MODULES = `${sep}node_modules${sep}`

/**
 * Where an editor finds `bridge.schema.json`, from the folder of a configuration file: in the checkout, or in the package
 * as the project has installed it.
 * @param root the folder of this package
 * @returns undefined where the configuration lies outside of both, as with a package that npx keeps somewhere
 */
export function schemaPath(
  directory: string,
  root = dirname(createRequire(import.meta.url).resolve('gemini-event-bridge/package.json'))
): string | undefined {
  // Package managers may keep the package itself further below, under a name with its version in it.
  const [home = ''] = root.split(MODULES)
  const file = join(home, home === root ? '' : `${MODULES}gemini-event-bridge`, 'bridge.schema.json')
  if (!`${directory}${sep}`.startsWith(`${home}${sep}`)) return undefined
  const path = relative(directory, file).split(sep).join('/')
  return path.startsWith('.') ? path : `./${path}`
}
