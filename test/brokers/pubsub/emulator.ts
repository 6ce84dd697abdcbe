import { existsSync, globSync, realpathSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { jdk, LEAN } from '../java.ts'
import { type MemoryServer, startMemoryServer } from '../server.ts'

/** The jar of Google's emulator: `$PUBSUB_EMULATOR_JAR`, else that of the Cloud SDK whose `gcloud` is on the PATH. */
export function emulatorJar(): string | undefined {
  const { PUBSUB_EMULATOR_JAR, PATH = '' } = process.env
  if (PUBSUB_EMULATOR_JAR) return PUBSUB_EMULATOR_JAR
  const gcloud = PATH.split(delimiter)
    .map(folder => join(folder, 'gcloud'))
    .find(existsSync)
  if (gcloud === undefined) return undefined
  const libraries = join(realpathSync(gcloud), '../../platform/pubsub-emulator/lib')
  const [jar] = globSync('*-all.jar', { cwd: libraries })
  return jar && join(libraries, jar)
}

/**
 * Starts Google's emulator. It ignores subscription filters, refuses empty messages and more than 1,000 in a request,
 * takes any attributes, and never answers a request of 11 MB.
 */
export function startEmulator(jar: string): Promise<MemoryServer> {
  return startMemoryServer(jdk('java'), (port, folder) => [
    ...LEAN,
    '-Xmx256m',
    `-Djava.io.tmpdir=${folder}`,
    '-jar',
    jar,
    '--host=127.0.0.1',
    `--port=${port}`
  ])
}
