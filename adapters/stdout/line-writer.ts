import type { Writable } from 'node:stream'

interface Job extends PromiseWithResolvers<void> {
  readonly line: string
}

export interface LineWriter {
  /**
   * Resolves when the operating system has taken the whole line. Rejects with the reason when `signal` aborts; a line of
   * which nothing has been handed over yet is dropped then.
   */
  write(line: string, signal: AbortSignal): Promise<void>
  close(): void
}

/** Writes lines to the stream that `open` gives, one at a time; after each failure, to a new stream. */
export function lineWriter(open: () => Writable): LineWriter {
  // The stream has one line; the others wait here, since nothing can be taken back from a stream's own buffer.
  const waiting = new Set<Job>()
  let stream: Writable | undefined
  let writing = false
  let torn = false

  const writeOne = async (line: string) => {
    // Part of the line before may be out: this one must not be joined to it.
    const text = torn ? `\n${line}` : line
    try {
      stream ??= open().on('error', () => {})
      torn = true
      await writeTo(stream, text)
      torn = false
    } catch (error) {
      stream?.destroy()
      stream = undefined
      throw error
    }
  }
  const writeAll = async () => {
    writing = true
    for (const job of waiting) {
      waiting.delete(job)
      await writeOne(job.line).then(job.resolve, job.reject)
    }
    writing = false
  }
  return {
    async write(line, signal) {
      signal.throwIfAborted()
      const job = { line, ...Promise.withResolvers<void>() }
      const onAbort = () => {
        waiting.delete(job)
        job.reject(signal.reason)
      }
      signal.addEventListener('abort', onAbort)
      waiting.add(job)
      if (!writing) void writeAll()
      try {
        await job.promise
      } finally {
        signal.removeEventListener('abort', onAbort)
      }
    },
    close() {
      waiting.clear()
      stream?.destroy()
    }
  }
}

function writeTo(stream: Writable, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text, error => (error ? reject(error) : resolve()))
  })
}
