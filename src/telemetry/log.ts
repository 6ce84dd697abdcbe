import pino from 'pino'

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
  /** The file descriptor that log lines go to. */
  readonly fd: number
  readonly color: boolean
}

/** At most this many bytes of log lines wait for a reader that has stopped; newer ones are dropped then. */
const MAX_BUFFERED = 4 * 1024 * 1024

/**
 * A logger whose lines are JSON objects with `severity`, `time` and `message`, or readable text. It never blocks the
 * process when nobody reads: `flushSync` the destination before exiting.
 */
export async function createLogger(options: LogOptions): Promise<{ log: Logger; flush: () => void }> {
  const destination = pino.destination({ dest: options.fd, sync: false, maxLength: MAX_BUFFERED })
  // A closed log reader must not take the bridge down.
  destination.on('error', () => {})
  const log = pino(
    {
      level: options.level,
      base: null,
      messageKey: 'message',
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: label => ({ severity: SEVERITIES[label] ?? 'DEFAULT' }) }
    },
    options.format === 'json' ? destination : await readable(destination, options.color)
  )
  const flush = () => {
    try {
      destination.flushSync()
    } catch {
      // Nobody reads any more.
    }
  }
  return { log, flush }
}

async function readable(destination: pino.DestinationStream, colorize: boolean): Promise<pino.DestinationStream> {
  const { prettyFactory } = await import('pino-pretty')
  const pretty = prettyFactory({
    colorize,
    messageKey: 'message',
    timestampKey: 'time',
    levelKey: 'severity',
    customLevels: 'critical:60,error:50,warning:40,info:30,debug:20',
    singleLine: true,
    translateTime: 'SYS:HH:MM:ss.l'
  })
  return { write: line => destination.write(pretty(line)) }
}
