import type { Writable } from 'node:stream'
import pino from 'pino'
import { isoTime } from '../iso-time.ts'
import { createReadable } from './readable.ts'

export type Logger = pino.Logger

/** Severities as Cloud Logging names them. @see https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry#LogSeverity */
const SEVERITIES: Readonly<Record<string, string>> = {
  trace: 'DEBUG',
  debug: 'DEBUG',
  info: 'INFO',
  warn: 'WARNING',
  error: 'ERROR',
  fatal: 'CRITICAL'
}

export interface LogOptions {
  readonly level: string
  readonly format: 'json' | 'pretty'
  /** Where the lines go. Its errors are nobody's concern: a log that cannot be written is no reason to stop. */
  readonly stream: Writable
  readonly color: boolean
}

/** At most this many bytes of log lines wait for a reader that has stopped; newer ones are dropped then. */
const MAX_BUFFERED = 4 * 1024 * 1024
/** One turn of the event loop writes its lines together, unless they are as many characters. */
const MAX_TURN = 16 * 1024
const INFO = pino.levels.values['info'] ?? 30
/** The longest that the last lines may take. */
const FLUSH_MS = 250

/**
 * A logger whose lines are JSON objects with `severity`, `time` and `message`, or readable text. It never waits for
 * whoever reads them.
 * @returns `flush` waits, a little, until the lines are written: before the process ends
 */
export async function createLogger(options: LogOptions): Promise<{ log: Logger; flush: () => Promise<void> }> {
  const { stream } = options
  stream.on('error', () => {})
  const render = options.format === 'pretty' ? await createReadable(options.color) : (line: string) => line
  let turn = ''
  const writeTurn = () => {
    const lines = turn
    turn = ''
    if (lines !== '' && stream.writable && stream.writableLength < MAX_BUFFERED) stream.write(lines)
  }
  const destination = {
    // Has pino tell the level of each line.
    [Symbol.for('pino.metadata')]: true,
    lastLevel: 0,
    write(line: string) {
      if (turn === '') setImmediate(writeTurn)
      turn += render(line)
      // What goes wrong may be the last that there is to say.
      if (this.lastLevel > INFO || turn.length > MAX_TURN) writeTurn()
    }
  }
  const log = pino(
    {
      level: options.level,
      base: null,
      messageKey: 'message',
      timestamp: () => `,"time":"${isoTime(Date.now())}"`,
      formatters: { level: label => ({ severity: SEVERITIES[label] ?? 'DEFAULT' }) }
    },
    destination
  )
  const flush = async () => {
    writeTurn()
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, FLUSH_MS)
    stream.write('', () => resolve())
    await promise
    clearTimeout(timer)
  }
  return { log, flush }
}
