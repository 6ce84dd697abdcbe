import { open } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { ConfigError } from '../../errors.ts'
import type { Io } from '../io.ts'

/** How long a pipe is still read after the stop, so that what is in it is reported. It may never end by itself. */
const STOPPED_MS = 1000

/**
 * Opens the lines to be read: a file, or standard input for `-`.
 * @param stop after it, a file is read to its end, and anything else for a second
 * @throws {ConfigError} if it cannot be read
 */
export async function openInput(
  file: string,
  { directory, stdin, stop }: Pick<Io, 'directory' | 'stop'> & { readonly stdin: Readable }
): Promise<Readable> {
  if (file === '-') return endAfter(stop, stdin)
  const refuse = (code: unknown) =>
    new ConfigError([
      { place: file, fault: `it cannot be read (${code}). Name a file that can, or - for standard input.` }
    ])
  const handle = await open(resolve(directory, file)).catch(error => {
    throw refuse(error.code)
  })
  const stat = await handle.stat()
  if (stat.isDirectory()) {
    await handle.close()
    throw refuse('EISDIR')
  }
  const stream = handle.createReadStream()
  return stat.isFile() ? stream : endAfter(stop, stream)
}

function endAfter(stop: AbortSignal, stream: Readable): Readable {
  const onAbort = () => setTimeout(() => stream.destroy(), STOPPED_MS).unref()
  if (stop.aborted) onAbort()
  else stop.addEventListener('abort', onAbort, { once: true })
  return stream
}
