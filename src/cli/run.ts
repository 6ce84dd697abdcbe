import { once } from 'node:events'
import { type Bridge, type BridgeContext, startBridge } from '../bridge.ts'
import type { Config } from '../config/config.ts'
import type { Logger } from '../telemetry/log.ts'
import type { Io } from './io.ts'
import { openLog } from './log.ts'

/** The exit code of a drain that had to cut something off: EX_TEMPFAIL of sysexits.h. */
const CUT_OFF = 75

/**
 * Runs a bridge until `io.stop` aborts, then drains it.
 * @param live.reload reads the files that the configuration refers to again
 * @param whenUp called once it listens
 * @returns the exit code: 0, or 75 if the drain had to cut something off
 * @throws {ConfigError} when it cannot listen
 */
export async function run(
  live: { readonly config: Config } & Pick<BridgeContext, 'reload'>,
  io: Io,
  whenUp?: (bridge: Bridge, log: Logger) => Promise<void>
): Promise<number> {
  const { config, reload } = live
  const { log, flush } = await openLog(config, io)
  try {
    const googleProject = io.env['GOOGLE_CLOUD_PROJECT']?.trim() || undefined
    const bridge = await startBridge(config, {
      log,
      version: io.version,
      googleProject,
      ...(reload && { reload })
    })
    log.info({ url: bridge.url, admin: bridge.adminUrl ?? 'off', version: io.version }, 'listening')
    await whenUp?.(bridge, log)
    if (!io.stop.aborted) await once(io.stop, 'abort')
    log.info({ signal: io.stop.reason }, 'draining')
    const finished = await bridge.drain()
    if (finished) log.info({}, 'drained')
    else log.error({}, 'the drain had to cut something off; what was not acknowledged will be delivered again')
    return finished ? 0 : CUT_OFF
  } finally {
    await flush()
  }
}
