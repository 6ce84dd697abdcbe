import { execFile } from 'node:child_process'
import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { temporaryFolder } from './brokers/watchdog.ts'
import { root } from './spawn.ts'

const run = promisify(execFile)

/** What is published, built into a folder of its own, beside the packages of this checkout. */
export interface Build {
  /** The folder of its files: `main.js` and the others. */
  readonly dist: string
  remove(): Promise<void>
}

/** @param options.cacheFor with compiled code beside it, for us and these users: as in an image */
export async function openBuild(options: { readonly cacheFor?: readonly string[] } = {}): Promise<Build> {
  const { path, remove } = temporaryFolder('geb-build-')
  for (const name of ['node_modules', 'package.json', 'bridge.schema.json'])
    await symlink(root + name, join(path, name))
  const dist = join(path, 'dist')
  await run(process.execPath, [`${root}build/build.ts`, dist])
  if (options.cacheFor) await run(process.execPath, [join(dist, 'warm-up.js'), ...options.cacheFor])
  return { dist, remove }
}
