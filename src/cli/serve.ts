import { startBridge } from '../bridge.ts'
import { loadConfig } from '../config/load.ts'
import { createLogger } from '../telemetry/log.ts'
import type { Io } from './io.ts'
import { stopped } from './stopped.ts'

/**
 * Runs the bridge until `io.stop` aborts, then drains it.
 * @returns the exit code: 0, or 75 if the drain had to cut something off
 * @throws {ConfigError} when it cannot start as it is configured
 */
export async function serve({ config: file }: { readonly config?: string }, io: Io): Promise<number> {
  const config = await loadConfig({ env: io.env, directory: io.directory, ...(file !== undefined && { file }) })
  const { log, flush } = await createLogger({
    level: config.log.level,
    format: config.log.format ?? (io.stderr.isTTY ? 'pretty' : 'json'),
    fd: io.stderr.fd,
    color: io.stderr.isTTY
  })
  try {
    const bridge = await startBridge(config, { log, version: io.version })
    log.info({ url: bridge.url, admin: bridge.adminUrl ?? 'off', version: io.version }, 'listening')
    return await stopped(bridge, log, io)
  } finally {
    flush()
  }
}
