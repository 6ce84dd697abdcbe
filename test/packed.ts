import { execFile } from 'node:child_process'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { temporaryFolder } from './brokers/watchdog.ts'
import { root } from './spawn.ts'

const run = promisify(execFile)

/** A project that has the published package and nothing else, as somebody has it who has never seen this repository. */
export interface PackedProject {
  readonly folder: string
  /** The bridge's command. */
  readonly bin: string
  /** The paths that are published. */
  readonly files: readonly string[]
  /** Installs packages, by npm's own words for them: `./folder`. */
  install(...names: readonly string[]): Promise<void>
  remove(): Promise<void>
}

/** Packs this repository, which builds it, and installs the tarball into an empty folder. Not twice at the same time. */
export async function openPackedProject(): Promise<PackedProject> {
  const { path: folder, remove } = temporaryFolder('geb-package-')
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], { cwd: root })
  const [report] = Object.values(JSON.parse(stdout)) as [{ files: { path: string }[] }]
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
  const install = async (...names: readonly string[]) => {
    const quickly = ['--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund']
    await run('npm', ['install', ...quickly, ...names], { cwd: folder })
  }
  const tarball = (await readdir(folder)).find(name => name.endsWith('.tgz'))
  await install(`./${tarball}`)
  return {
    folder,
    bin: join(folder, 'node_modules/.bin/gemini-event-bridge'),
    files: report.files.map(({ path }) => path),
    install,
    remove
  }
}
