import { openConfig } from '../config/live.ts'
import { watchFiles } from '../config/watch.ts'
import type { Io } from './io.ts'
import { run } from './run.ts'

/**
 * Runs the bridge as it is configured, until `io.stop` aborts. What `${file:…}` refers to is read again when it changes,
 * and on SIGHUP.
 * @returns the exit code, as `run`
 * @throws {ConfigError} when it cannot start as it is configured
 */
export async function serve({ config: file }: { readonly config?: string }, io: Io): Promise<number> {
  // From the start, since it would end the process.
  let reread = () => {}
  io.onHangup(() => reread())
  const live = await openConfig({ env: io.env, directory: io.directory, ...(file !== undefined && { file }) })
  const { config, files, reload } = live
  return run({ config, ...(files.length > 0 && { reload }) }, io, async (bridge, log) => {
    const watched = watchFiles(files, bridge.reread)
    reread = () => {
      log.info({ files }, 'SIGHUP: reading the files of the configuration again')
      watched.look()
    }
    io.stop.addEventListener('abort', () => watched.close(), { once: true })
  })
}
