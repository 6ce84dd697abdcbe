/**
 * Redis: the `redis-server` on the PATH, or Debian's package, unpacked into the cache.
 *
 *     const redis = await startRedis()
 *     redis.url               // 'redis://127.0.0.1:41234'
 *     await redis.kill()      // and `start()`, `freeze()`, `thaw()`; it keeps nothing over its death
 *     await redis.stop()      // in `afterAll`
 */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { installed, unpacked } from '../debian.ts'
import { type MemoryServer, startMemoryServer } from '../server.ts'

/** The server and its tools, which hold its program, and what else of its dependencies a small Debian lacks. */
const PACKAGES = ['redis-server', 'redis-tools', 'libatomic1', 'libjemalloc2', 'liblzf1']

export interface RedisServer extends MemoryServer {
  /** `redis://127.0.0.1:41234` */
  readonly url: string
}

/** Starts a server; resolves when it accepts clients. Further arguments are its settings, as `['--maxmemory', '10mb']`. */
export async function startRedis(settings: readonly string[] = []): Promise<RedisServer> {
  const [command = '', ...args] = await redisServer()
  const server = await startMemoryServer(command, (port, folder) => [
    ...args,
    ...['--port', String(port), '--bind', '127.0.0.1', '--dir', folder],
    // Nothing on the disk.
    ...['--save', '', '--appendonly', 'no'],
    ...settings
  ])
  return { ...server, url: `redis://${server.at}` }
}

/** The server's program, with its first arguments. */
export async function redisServer(): Promise<string[]> {
  const own = installed('redis-server')
  if (own !== undefined) return [own]
  const folder = await unpacked('redis', PACKAGES)
  const [libraries = ''] = await readdir(join(folder, 'usr/lib'))
  return ['env', `LD_LIBRARY_PATH=${join(folder, 'usr/lib', libraries)}`, join(folder, 'usr/bin/redis-server')]
}
