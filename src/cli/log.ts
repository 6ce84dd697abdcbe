import type { Config } from '../config/config.ts'
import { createLogger } from '../telemetry/log.ts'
import type { Io } from './io.ts'

/**
 * What needs no line in the log: kafkajs sets timers that lie in the past, which does no harm, and that Google's metadata
 * server was looked for in vain, the adapter says itself.
 */
const IDLE_WARNINGS = ['TimeoutNegativeWarning', 'MetadataLookupWarning']

/** Opens a command's log on standard error, as it is configured; the warnings of Node and its libraries go there too. */
export async function openLog({ log: { level, format } }: Config, io: Io): ReturnType<typeof createLogger> {
  const { isTTY } = io.stderr
  const opened = await createLogger({
    level,
    format: format ?? (isTTY ? 'pretty' : 'json'),
    stream: io.stderr,
    color: isTTY
  })
  io.onWarning(({ name, message }) => {
    if (!IDLE_WARNINGS.includes(name)) opened.log.warn({ warning: name }, message)
  })
  return opened
}
