import { once } from 'node:events'
import type { Bridge } from '../bridge.ts'
import type { Logger } from '../telemetry/log.ts'
import type { Io } from './io.ts'

/** The exit code of a drain that had to cut something off: EX_TEMPFAIL of sysexits.h. */
const CUT_OFF = 75

/** Waits until the bridge is to stop, then drains it. Returns the exit code: 0, or 75 if something had to be cut off. */
export async function stopped(bridge: Bridge, log: Logger, io: Io): Promise<number> {
  if (!io.stop.aborted) await once(io.stop, 'abort')
  log.info({ signal: io.stop.reason }, 'draining')
  if (await bridge.drain()) {
    log.info({}, 'drained')
    return 0
  }
  log.error({}, 'limits.drain has ended: what was still in flight is cut off, and Gemini will deliver it again')
  return CUT_OFF
}
