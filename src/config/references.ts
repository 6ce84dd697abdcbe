import { resolve } from 'node:path'
import { type FileText, readText } from './file-text.ts'
import { mapLeaves, type Path, withValue } from './tree.ts'
import type { Fault } from './written.ts'

/** Stands where a reference leads nowhere: no schema takes it, and nothing else is said about it. */
export const UNRESOLVED = Symbol('unresolved reference')

/** `${…}`, closed or not. */
const REFERENCE = /\$\{([^}]*)(\}?)/g
const ENV = /^env:([A-Za-z_]\w*)(?::-(.*))?$/s
const FILE = /^file:(.+)$/s

export interface References {
  readonly env: Readonly<Record<string, string | undefined>>
  /** The folder that relative paths start from. */
  readonly directory: string
  /** What a file holds, by its absolute path. Default: read now. */
  readonly read?: (path: string) => Promise<FileText>
}

/**
 * Puts in what `${env:NAME}`, `${env:NAME:-default}` and `${file:/path}` refer to, in all texts of the tree. From a file,
 * one line break at its end is left out.
 */
export async function resolveReferences(
  tree: unknown,
  references: References
): Promise<{ readonly tree: unknown; readonly faults: readonly Fault[] }> {
  const texts: { path: Path; text: string }[] = []
  mapLeaves(tree, (leaf, path) => {
    if (typeof leaf === 'string' && leaf.includes('${')) texts.push({ path, text: leaf })
  })
  const faults: Fault[] = []
  let resolved = tree
  for (const { path, text } of texts) {
    const found = await Promise.all(
      Array.from(text.matchAll(REFERENCE), ([, inside = '', end]) => look(inside, end === '}', references))
    )
    const failed = found.filter(part => typeof part !== 'string')
    faults.push(...failed.map(part => ({ path, ...part })))
    const parts = found.values()
    const value = failed.length > 0 ? UNRESOLVED : text.replace(REFERENCE, () => String(parts.next().value))
    resolved = withValue(resolved, path, value)
  }
  return { tree: resolved, faults }
}

type Miss = Pick<Fault, 'fault' | 'example'>

async function look(
  inside: string,
  closed: boolean,
  { env, directory, read = readText }: References
): Promise<string | Miss> {
  if (!closed) return { fault: `has a reference without its closing brace. Write \${env:NAME}` }
  if (inside.includes('${')) return { fault: 'has a reference inside a reference. Write them one after the other' }
  const [, name, fallback] = ENV.exec(inside) ?? []
  if (name !== undefined) {
    const value = env[name]
    if (value) return value
    if (fallback !== undefined) return fallback
    const state = value === undefined ? 'not set' : 'empty, which counts as not set'
    return { fault: `the environment variable ${name} is ${state}; set it, or write a default: \${env:${name}:-…}` }
  }
  const [, path] = FILE.exec(inside) ?? []
  if (path !== undefined) {
    const { text, fault } = await read(resolve(directory, path))
    return text ?? { fault: `the file ${path} ${fault}` }
  }
  return /^\w{1,100}$/.test(inside)
    ? { fault: `write \${env:${inside}} for an environment variable`, example: `\${env:${inside}}` }
    : { fault: `only \${env:NAME}, \${env:NAME:-default} and \${file:/path} are references` }
}
