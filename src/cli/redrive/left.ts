import { type FileHandle, open } from 'node:fs/promises'
import { resolve } from 'node:path'
import { ConfigError } from '../../errors.ts'

/** The file for the lines that were not published. */
export interface Left {
  /** Why the file lacks lines. */
  readonly fault: string | undefined
  /** Appends the bytes as they are; resolves when they are written, or cannot be. */
  write(...parts: readonly Uint8Array[]): Promise<void>
  close(): Promise<void>
}

/**
 * Opens the file, which must be new or empty: what is in it may be all that is left of earlier runs, or be the input.
 * @throws {ConfigError} if it cannot be written, or is not empty
 */
export async function openLeft(file: string, directory: string): Promise<Left> {
  const handle = await openEmpty(file, directory)
  let fault: string | undefined
  let writing = Promise.resolve()
  const append = async (bytes: Uint8Array) => {
    if (fault === undefined) await handle.appendFile(bytes)
  }
  return {
    get fault() {
      return fault
    },
    write(...parts) {
      const bytes = Buffer.concat(parts)
      writing = writing
        .then(() => append(bytes))
        .catch(error => {
          fault = `${file} lacks lines, since it could not be written (${codeOf(error)}); the ledger has them.`
        })
      return writing
    },
    close: () => handle.close()
  }
}

async function openEmpty(file: string, directory: string): Promise<FileHandle> {
  const refuse = (fault: string) => new ConfigError([{ place: '--left', fault, example: '--left left.jsonl' }])
  const handle = await open(resolve(directory, file), 'a').catch(error => {
    throw refuse(`${file} cannot be written (${codeOf(error)}). Name a new file in a folder that can be written.`)
  })
  if ((await handle.stat()).size === 0) return handle
  await handle.close()
  throw refuse(`${file} is not empty. Name a new file, so that nothing is lost.`)
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}
