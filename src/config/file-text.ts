import { readFile } from 'node:fs/promises'

/** What a file holds, or what is wrong with it: that follows the file's name. */
export type FileText =
  | { readonly text: string; readonly fault?: never }
  | { readonly text?: never; readonly fault: string }

/** Reads a text, of which one line break at its end is left out. An empty one counts as missing. */
export async function readText(path: string): Promise<FileText> {
  try {
    const text = (await readFile(path, 'utf8')).replace(/\r?\n$/, '')
    return text === '' ? { fault: 'is empty. Write the value into it' } : { text }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : 'it is not a path'
    return { fault: `cannot be read (${code}). Put it there, readable for the bridge` }
  }
}
