/**
 * Redis: the `redis-server` on the PATH, or Debian's package, unpacked into the cache.
 *
 *     const redis = await startRedis()
 *     redis.url               // 'redis://127.0.0.1:41234'
 *     await redis.kill()      // and `start()`, `freeze()`, `thaw()`; it keeps nothing over its death
 *     await redis.stop()      // in `afterAll`
 */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { cached } from '../cache.ts'
import { type MemoryServer, startMemoryServer } from '../server.ts'

/** The server and its tools, which hold its program, and what else of its dependencies a small Debian lacks. */
const PACKAGES = ['redis-server', 'redis-tools', 'libatomic1', 'libjemalloc2', 'liblzf1']
const run = promisify(execFile)

export interface RedisServer extends MemoryServer {
  /** `redis://127.0.0.1:41234` */
  readonly url: string
}

/** Starts a server; resolves when it accepts clients. Further arguments are its settings, as `['--maxmemory', '10mb']`. */
export async function startRedis(settings: readonly string[] = []): Promise<RedisServer> {
  const [command = '', ...args] = await program()
  const server = await startMemoryServer(command, (port, folder) => [
    ...args,
    ...['--port', String(port), '--bind', '127.0.0.1', '--dir', folder],
    // Nothing on the disk.
    ...['--save', '', '--appendonly', 'no'],
    ...settings
  ])
  return { ...server, url: `redis://${server.at}` }
}

/** What to run, with its first arguments. */
async function program(): Promise<string[]> {
  const { PATH = '' } = process.env
  const installed = PATH.split(delimiter)
    .map(folder => join(folder, 'redis-server'))
    .find(existsSync)
  if (installed) return [installed]
  const folder = await unpacked()
  const [libraries = ''] = await readdir(join(folder, 'usr/lib'))
  return ['env', `LD_LIBRARY_PATH=${join(folder, 'usr/lib', libraries)}`, join(folder, 'usr/bin/redis-server')]
}

/** Debian's packages as a folder. Needs no root, and starts no service. */
async function unpacked(): Promise<string> {
  const system = existsSync('/etc/os-release') ? await readFile('/etc/os-release', 'utf8') : process.platform
  return cached('redis', [system, process.arch, PACKAGES], async folder => {
    const archives = join(folder, 'archives')
    await mkdir(archives)
    await download(archives)
    for (const archive of await readdir(archives)) await run('dpkg', ['-x', join(archives, archive), folder])
  })
}

async function download(folder: string): Promise<void> {
  try {
    await run('apt-get', ['-q', 'download', ...PACKAGES], { cwd: folder })
  } catch (cause) {
    throw new Error('There is no redis-server, and no package of it to be had: is apt-get update due?', { cause })
  }
}
