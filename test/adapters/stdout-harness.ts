import { execFileSync } from 'node:child_process'
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { toStream } from '../../adapters/stdout.ts'
import type { Harness } from '../../src/testing.ts'
import { parseStructured } from './structured.ts'

const { O_NONBLOCK, O_RDONLY, O_WRONLY } = constants

/** A pipe of the operating system with a name, so that its reader can go away and another one can come. */
export interface Pipe {
  readonly path: string
  /** All that has been read. */
  readonly text: () => string
  /** The reader stops, and the pipe is full. */
  stall(): void
  /** The reader takes what is there and closes its end. */
  closeReader(): void
  /** The reader reads on, or another one starts. */
  read(): void
  close(): void
}

export function openPipe(): Pipe {
  const directory = mkdtempSync(join(tmpdir(), 'bridge-pipe-'))
  const path = join(directory, 'pipe')
  execFileSync('mkfifo', [path])
  const openReader = () => openSync(path, O_RDONLY | O_NONBLOCK)
  let reader: number | undefined = openReader()
  // Held, so that the reader never meets an end of file.
  const writer = openSync(path, O_WRONLY | O_NONBLOCK)
  const chunks: Buffer[] = []
  const pump = () => {
    for (const buffer = Buffer.alloc(65_536); reader !== undefined; ) {
      const size = unlessFull(() => readSync(reader ?? -1, buffer))
      if (size === 0) return
      chunks.push(Buffer.from(buffer.subarray(0, size)))
    }
  }
  let timer: NodeJS.Timeout | undefined = setInterval(pump, 1)
  const stop = () => {
    clearInterval(timer)
    timer = undefined
  }
  const closeReader = () => {
    stop()
    pump()
    if (reader !== undefined) closeSync(reader)
    reader = undefined
  }
  return {
    path,
    text: () => Buffer.concat(chunks).toString(),
    stall() {
      stop()
      // Blank lines, which the consumer skips: first by the page, then by the byte.
      for (const size of [4096, 1]) while (unlessFull(() => writeSync(writer, '\n'.repeat(size))) > 0);
    },
    closeReader,
    read() {
      reader ??= openReader()
      timer ??= setInterval(pump, 1)
    },
    close() {
      closeReader()
      closeSync(writer)
      rmSync(directory, { recursive: true })
    }
  }
}

/** 0 where the call would have to wait. */
function unlessFull(call: () => number): number {
  try {
    return call()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return 0
    throw error
  }
}

export function openPipeWriter(path: string): Socket {
  return new Socket({ fd: openSync(path, O_WRONLY | O_NONBLOCK), readable: false, writable: true })
}

export async function openStdoutHarness(): Promise<Harness> {
  const pipe = openPipe()
  const definition = toStream(() => openPipeWriter(pipe.path))
  return {
    connect: async log => definition.connect({}, { destination: 'out', directory: '/', log }),
    // The last piece has no line break yet: it is not a line.
    received: async () => pipe.text().split('\n').slice(0, -1).filter(Boolean).map(parseStructured),
    data: 'json',
    break: { gone: async () => pipe.closeReader(), hung: async () => pipe.stall() },
    restore: async () => pipe.read(),
    secrets: [],
    deadline: 100,
    patience: 2000,
    close: async () => pipe.close()
  }
}
