import { resolve } from 'node:path'
import type { Plugin } from 'rolldown'

/** Puts the values of these modules' exports, which are plain data, in the place of what computes them. */
export function evaluated(...files: readonly string[]): Plugin {
  const paths = files.map(file => resolve(file))
  return {
    name: 'evaluated',
    async load(id) {
      if (!paths.includes(id)) return undefined
      const values: Record<string, unknown> = await import(id)
      const lines = Object.entries(values).map(
        ([name, value]) => `export const ${name} = JSON.parse(${JSON.stringify(JSON.stringify(value))})`
      )
      return { code: lines.join('\n'), moduleType: 'js' }
    }
  }
}
