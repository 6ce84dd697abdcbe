/**
 * moto's server: EventBridge with its patterns, and SQS queues for targets.
 *
 *     const eventbridge = await startMoto()
 *     eventbridge.endpoint         // 'http://127.0.0.1:41234'
 *     await eventbridge.kill()     // and `start()`, `freeze()`, `thaw()`; it keeps nothing over its death
 *     await eventbridge.stop()     // in `afterAll`
 */
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { cached } from '../cache.ts'
import { type MemoryServer, startMemoryServer } from '../server.ts'

const REQUIREMENTS = fileURLToPath(new URL('requirements.txt', import.meta.url))
const run = promisify(execFile)

export interface EventBridgeServer extends MemoryServer {
  /** `http://127.0.0.1:41234` */
  readonly endpoint: string
}

/** Starts a server; resolves when it accepts clients. */
export async function startMoto(): Promise<EventBridgeServer> {
  const server = await startMemoryServer(await pythonWithMoto(), port => ['-m', 'moto.server', '--port', String(port)])
  return { ...server, endpoint: `http://${server.at}` }
}

/** The interpreter of a virtual environment that holds what `requirements.txt` locks. */
async function pythonWithMoto(): Promise<string> {
  const [version, requirements] = await Promise.all([
    systemPython(['-c', 'import sys; print(sys.version, sys.prefix)']),
    readFile(REQUIREMENTS, 'utf8')
  ])
  const folder = await cached('moto', [version, requirements], async folder => {
    await systemPython(['-m', 'venv', folder])
    const flags = ['--quiet', '--no-deps', '--only-binary', ':all:', '--require-hashes']
    await run(join(folder, 'bin/python'), ['-m', 'pip', 'install', ...flags, '--requirement', REQUIREMENTS])
  })
  // The folder has moved since it was made, so the other commands in `bin` name an interpreter that is gone.
  return join(folder, 'bin/python')
}

/** What the `python3` on the PATH prints. */
async function systemPython(args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await run('python3', args)
    return stdout
  } catch (cause) {
    throw new Error('moto needs python3, 3.11 or newer, with its venv module: install python3-venv', { cause })
  }
}
