import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const HOOK = new URL('./list-modules.ts', import.meta.url).href

/** Finds out what a program loads that is started with this environment. */
export interface Loaded {
  readonly env: { readonly NODE_OPTIONS: string; readonly MODULES: string }
  /** The packages of which anything has been loaded so far. */
  packages(): string[]
}

/** @param directory where to keep the list */
export function watchLoading(directory: string): Loaded {
  const file = join(directory, 'modules')
  writeFileSync(file, '')
  return {
    env: { NODE_OPTIONS: `--import=${HOOK}`, MODULES: file },
    packages() {
      const paths = readFileSync(file, 'utf8').matchAll(/\/node_modules\/((?:@[^/\n]+\/)?[^/\n]+)\/[^\n]*$/gm)
      return [...new Set(Array.from(paths, ([, name = '']) => name))]
    }
  }
}
