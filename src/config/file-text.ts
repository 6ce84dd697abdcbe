import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'

/** No value of a configuration is larger, in bytes. */
const MAX_BYTES = 1024 * 1024

/** What a file holds, or what is wrong with it: that follows the file's name. */
export type FileText =
  | { readonly text: string; readonly fault?: never }
  | { readonly text?: never; readonly fault: string }

/** Reads a text, of which one line break at its end is left out. An empty one counts as missing. */
export async function readText(path: string): Promise<FileText> {
  let file: FileHandle | undefined
  try {
    // Without waiting for a pipe's writer: a thread that waits for ever would not even let the process end.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
    const status = await file.stat()
    if (!status.isFile()) return { fault: 'is not a regular file. Write the value into one' }
    if (status.size > MAX_BYTES) return { fault: `is larger than ${MAX_BYTES} bytes. Write only the value into it` }
    const text = (await file.readFile('utf8')).replace(/\r?\n$/, '')
    return text === '' ? { fault: 'is empty. Write the value into it' } : { text }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : 'it is not a path'
    return { fault: `cannot be read (${code}). Put it there, readable for the bridge` }
  } finally {
    await file?.close()
  }
}
