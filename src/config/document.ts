import { isUtf8 } from 'node:buffer'
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  stringify,
  visit,
  type YAMLError
} from 'yaml'
import { ConfigError, type Problem } from '../errors.ts'
import { formatPath, type Path } from './tree.ts'
import type { Written } from './written.ts'

/** What can be wrong with the YAML while the rest of it is still worth reading. */
const HARMLESS: ReadonlySet<string> = new Set(['DUPLICATE_KEY', 'MULTIPLE_DOCS', 'TAG_RESOLVE_FAILED'])

/**
 * Reads a configuration file: one YAML 1.2 document of the core schema.
 * @returns what it says, and what is wrong with the YAML but leaves it readable
 * @throws {ConfigError} when it cannot be read at all
 */
export async function readDocument(
  file: string,
  directory: string
): Promise<{ readonly written: Written; readonly problems: readonly Problem[] }> {
  const path = resolve(directory, file)
  const text = await readText(path, file)
  const lines = new LineCounter()
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    logLevel: 'error',
    // Whatever a %YAML directive says: in 1.1, times would become objects and `<<` would merge.
    version: '1.2',
    schema: 'core',
    merge: false,
    resolveKnownTags: false,
    stringKeys: true
  })
  const placeAt = (offset: number) => {
    const { line, col } = lines.linePos(offset)
    return `${file}:${line}:${col}`
  }
  const errors = [...document.errors, ...document.warnings]
  const problems = [
    ...errors.map(error => ({ place: placeAt(error.pos[0]), fault: sentence(error) })),
    ...structureFaults(document).map(({ offset, fault }) => ({ place: placeAt(offset), fault }))
  ]
  if (problems.length > errors.length || errors.some(({ code }) => !HARMLESS.has(code))) throw new ConfigError(problems)
  return {
    written: {
      tree: toTree(document, placeAt(0)),
      directory: dirname(path),
      locate(path, at) {
        const order = offsetOf(document, path, at)
        return { place: placeAt(order), order }
      },
      name: path => (path.length === 0 ? undefined : formatPath(path)),
      example: (path, value) => formatExample(path, value)
    },
    problems
  }
}

async function readText(path: string, file: string): Promise<string> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new ConfigError([
      { place: file, fault: `cannot be read (${error.code}). Name a file that can, by --config or BRIDGE_CONFIG` }
    ])
  })
  if (!isUtf8(bytes)) throw new ConfigError([{ place: file, fault: 'is not UTF-8. Save it as UTF-8' }])
  return bytes.toString('utf8')
}

/** The library's own words, without what they quote from the file: it might be a secret. */
function sentence({ code, message }: YAMLError): string {
  if (code === 'MULTIPLE_DOCS') return 'not valid YAML here: one document only, without a second ---'
  if (code === 'DUPLICATE_KEY') return 'the same key twice in one mapping'
  if (code === 'RESOURCE_EXHAUSTION') return 'nested too deeply'
  const [words = ''] = message.split(':')
  return `not valid YAML: ${words.replace(/[^\s]{22,}/g, '…')}`
}

/** What makes no tree: aliases without an anchor or inside what they stand for, and a key that is no key in JavaScript. */
function structureFaults(document: Document.Parsed): { offset: number; fault: string }[] {
  const faults: { offset: number; fault: string }[] = []
  visit(document, {
    Pair(_, { key }) {
      if (isScalar(key) && key.value === '__proto__') faults.push({ offset: key.range?.[0] ?? 0, fault: 'unknown key' })
    },
    Alias(_, alias, ancestors) {
      const target = alias.resolve(document)
      const offset = alias.range?.[0] ?? 0
      if (target === undefined) faults.push({ offset, fault: 'not valid YAML: an alias without its anchor before it' })
      else if (ancestors.includes(target))
        faults.push({ offset, fault: 'not valid YAML: an alias inside its own anchor' })
    }
  })
  return faults
}

function toTree(document: Document.Parsed, place: string): unknown {
  try {
    return document.toJS()
  } catch (cause) {
    // More than 100 copies through aliases of aliases.
    throw new ConfigError([{ place, fault: 'has too many aliases. Write out what they stand for' }], { cause })
  }
}

/** Where the value at a path begins, or its key; of what is not there, where its nearest parent begins. */
function offsetOf(document: Document.Parsed, path: Path, at: 'key' | 'value'): number {
  let node: unknown = document.contents
  let offset = startOf(node) ?? 0
  for (const [index, key] of path.entries()) {
    const container = isAlias(node) ? node.resolve(document) : node
    if (isMap(container)) {
      const pair = container.items.findLast(item => isScalar(item.key) && item.key.value === key)
      if (pair === undefined) return offset
      node = pair.value
      const wantsKey = (at === 'key' && index === path.length - 1) || (isScalar(node) && node.source === '')
      offset = startOf(wantsKey ? pair.key : node) ?? offset
    } else {
      node = isSeq(container) ? container.items[Number(key)] : undefined
      if (node === undefined) return offset
      offset = startOf(node) ?? offset
    }
  }
  return offset
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined
}

function formatExample(path: Path, value: unknown): string {
  const text = stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trim()
  const key = path.at(-1)
  return typeof key === 'number' ? `- ${text}` : key === undefined ? text : `${String(key)}: ${text}`
}
