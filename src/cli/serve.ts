import { loadConfig } from '../config/load.ts'
import type { Io } from './io.ts'
import { run } from './run.ts'

/**
 * Runs the bridge as it is configured, until `io.stop` aborts.
 * @returns the exit code, as `run`
 * @throws {ConfigError} when it cannot start as it is configured
 */
export async function serve({ config: file }: { readonly config?: string }, io: Io): Promise<number> {
  const config = await loadConfig({ env: io.env, directory: io.directory, ...(file !== undefined && { file }) })
  return run(config, io)
}
