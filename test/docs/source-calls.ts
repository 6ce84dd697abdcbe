import { readdir, readFile } from 'node:fs/promises'
import { root } from '../spawn.ts'

/** A place in the sources that a pattern has found, and what follows it up to the bracket that ends it. */
export interface SourceCall {
  readonly file: string
  readonly match: RegExpMatchArray
  readonly rest: string
}

/**
 * Every match of the pattern in the sources of src and adapters.
 * @param pattern global; it ends inside the bracket whose end is the end of `rest`
 */
export async function sourceCalls(pattern: RegExp, folders: readonly string[] = ['src', 'adapters']) {
  const calls: SourceCall[] = []
  for (const folder of folders) {
    for (const file of await readdir(`${root}${folder}`, { recursive: true })) {
      if (!file.endsWith('.ts')) continue
      const source = await readFile(`${root}${folder}/${file}`, 'utf8')
      for (const match of source.matchAll(pattern)) {
        const start = match.index + match[0].length
        calls.push({ file: `${folder}/${file}`, match, rest: source.slice(start, endOf(source, start)).trim() })
      }
    }
  }
  return calls
}

/** The texts written out in a piece of source, in order, with `…` for the values in templates. */
export function textsIn(source: string): string[] {
  const texts: string[] = []
  for (let at = 0; at < source.length; at += 1) {
    if (!isQuote(source[at])) continue
    const end = endOfText(source, at)
    texts.push(withHoles(source.slice(at + 1, end)))
    at = end
  }
  return texts
}

/** Where the bracket ends that is open at `start`, or the source. */
function endOf(source: string, start: number): number {
  let depth = 1
  for (let at = start; at < source.length; at += 1) {
    const character = source[at] ?? ''
    if (isQuote(character)) at = endOfText(source, at)
    else if ('({['.includes(character)) depth += 1
    else if (')}]'.includes(character)) depth -= 1
    if (depth === 0) return at
  }
  return source.length
}

function isQuote(character: string | undefined): boolean {
  return character === "'" || character === '"' || character === '`'
}

/** Where the text ends that begins at `start`: the place of its closing quote. */
function endOfText(source: string, start: number): number {
  const quote = source[start]
  for (let at = start + 1; at < source.length; at += 1) {
    if (source[at] === '\\') at += 1
    else if (quote === '`' && source.startsWith('${', at)) at = endOf(source, at + 2)
    else if (source[at] === quote) return at
  }
  throw new Error('a text does not end')
}

function withHoles(template: string): string {
  let text = ''
  for (let at = 0; at < template.length; at += 1) {
    if (template.startsWith('${', at)) {
      text += '…'
      at = endOf(template, at + 2)
    } else text += template[at]
  }
  return text
}
