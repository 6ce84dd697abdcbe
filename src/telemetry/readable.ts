/**
 * Makes the function that turns a line of the log into text for people at a terminal. Loads what it needs when it is
 * called.
 */
export async function createReadable(colorize: boolean): Promise<(line: string) => string> {
  const { prettyFactory } = await import('pino-pretty')
  const pretty = prettyFactory({
    colorize,
    messageKey: 'message',
    timestampKey: 'time',
    levelKey: 'severity',
    customLevels: 'critical:60,error:50,warning:40,info:30,debug:20',
    singleLine: true,
    // Otherwise `error` would stand on a line of its own.
    errorLikeObjectKeys: [],
    translateTime: 'SYS:HH:MM:ss.l'
  })
  return line => pretty(inShort(JSON.parse(line)))
}

/** Of a webhook, what one looks for first; the JSON form has the rest. Other lines are as they are. */
function inShort(line: Record<string, unknown>): object {
  if (line['message'] !== 'webhook') return line
  const { severity, time, message, status, code, type, id, error, destinations, ms } = line
  // In the order in which they are read; what is not there is not shown.
  return {
    severity,
    time,
    message: `${message} ${status}`,
    code,
    type,
    id,
    error,
    destinations: endings(destinations),
    ms
  }
}

/** Each destination's outcome, without the rest. */
function endings(destinations: unknown): unknown {
  if (typeof destinations !== 'object' || destinations === null) return undefined
  const results: [string, { readonly outcome?: unknown } | undefined][] = Object.entries(destinations)
  return Object.fromEntries(results.map(([name, result]) => [name, result?.outcome]))
}
