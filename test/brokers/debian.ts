/** Debian's packages as a folder, in the cache: needs no root, installs nothing and starts no service. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { cached } from './cache.ts'

const run = promisify(execFile)

/** Where a program is that the PATH has; undefined if it has none. */
export function installed(program: string): string | undefined {
  const { PATH = '' } = process.env
  return PATH.split(delimiter)
    .map(folder => join(folder, program))
    .find(existsSync)
}

/**
 * The folder that holds what the packages hold: `usr/bin`, `usr/lib`. Their dependencies are not in it unless named.
 * @throws where there is no `apt-get`, or it does not know a package
 */
export async function unpacked(name: string, packages: readonly string[]): Promise<string> {
  const system = existsSync('/etc/os-release') ? await readFile('/etc/os-release', 'utf8') : process.platform
  return cached(name, [system, process.arch, packages], async folder => {
    const archives = join(folder, 'archives')
    await mkdir(archives)
    await download(packages, archives)
    for (const archive of await readdir(archives)) await run('dpkg', ['-x', join(archives, archive), folder])
    await rm(archives, { recursive: true })
  })
}

async function download(packages: readonly string[], folder: string): Promise<void> {
  try {
    await run('apt-get', ['-q', 'download', ...packages], { cwd: folder })
  } catch (cause) {
    throw new Error(`There is no package ${packages[0]} to be had: is apt-get update due?`, { cause })
  }
}
