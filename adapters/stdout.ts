import { createWriteStream, fstatSync } from 'node:fs'
import { Socket } from 'node:net'
import type { Writable } from 'node:stream'
import { type CloudEvent, defineAdapter, toStructured, UnavailableError, z } from '../src/adapter.ts'
import { lineWriter } from './stdout/line-writer.ts'

const options = z.strictObject({})

/** The structured event on a line of its own: in JSON, raw line breaks stand only between tokens. */
export function toLine(event: CloudEvent): string {
  return `${toStructured(event).replace(/[\r\n]/g, ' ')}\n`
}

const faults: Readonly<Record<string, string>> = {
  EPIPE: 'The reader of standard output is gone. Start it again, or the whole pipeline.',
  ENOSPC: 'The disk that standard output goes to is full. Make room.'
}

export function toError(cause: unknown, late: boolean): UnavailableError {
  if (late)
    return new UnavailableError('Standard output did not take the event in time. See whether its reader has stopped.')
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
  return new UnavailableError(faults[code] ?? `Standard output cannot be written (${code}). See where it leads.`, {
    cause
  })
}

/** The adapter, over the stream that `open` gives (again after each failure). Message ids count the lines. */
export const toStream = (open: () => Writable) =>
  defineAdapter({
    name: 'stdout',
    options: options.describe('a line of JSON for each event, for a first try or a pipe'),
    record: toLine,
    async *inspect() {
      yield { about: 'reachable', state: 'ok', says: 'Standard output is there, for whoever reads it.' }
    },
    connect() {
      const writer = lineWriter(open)
      let count = 0
      return {
        async publish(event, signal) {
          await writer.write(toLine(event), signal).catch(cause => {
            throw toError(cause, signal.aborted)
          })
          count += 1
          return String(count)
        },
        close: async () => writer.close()
      }
    }
  })

/**
 * A pipe that nobody reads must hold up neither the event loop nor the end of the process. `fs` would wait for it in a
 * thread that nothing can stop, and fails where the pipe is non-blocking, as `process.stdout` leaves it; and a
 * `process.stdout` that has failed once stays so.
 */
function openStandardOutput(): Writable {
  const file = fstatSync(1)
  return file.isFIFO() || file.isSocket()
    ? new Socket({ fd: 1, readable: false, writable: true })
    : createWriteStream('', { fd: 1, autoClose: false })
}

export default toStream(openStandardOutput)
