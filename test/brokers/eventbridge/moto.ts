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
import { type Daemon, startDaemon } from '../daemon.ts'
import { onFreePorts } from '../ports.ts'
import { temporaryFolder } from '../watchdog.ts'

const REQUIREMENTS = fileURLToPath(new URL('requirements.txt', import.meta.url))
const run = promisify(execFile)

export interface EventBridgeServer {
  readonly endpoint: string
  /** Starts it after `kill`, on the same port and empty; resolves when it accepts clients. */
  start(): Promise<void>
  /** Ends it with SIGKILL, and waits for its end. */
  kill(): Promise<void>
  /** Stops its clock (SIGSTOP): connections stay open, and nothing answers. */
  freeze(): void
  thaw(): void
  /** Ends it for good. */
  stop(): Promise<void>
}

/** Starts a server; resolves when it accepts clients. */
export async function startMoto(): Promise<EventBridgeServer> {
  const python = await pythonWithMoto()
  const folder = temporaryFolder('moto-')
  try {
    return await onFreePorts(1, async next => {
      const port = next()
      let daemon: Daemon
      const start = async () => {
        daemon = startDaemon(python, ['-m', 'moto.server', '--port', String(port)], join(folder.path, 'log'))
        await daemon.listening([port])
      }
      await start()
      return {
        endpoint: `http://127.0.0.1:${port}`,
        start,
        kill: () => daemon.kill(),
        freeze: () => daemon.signal('SIGSTOP'),
        thaw: () => daemon.signal('SIGCONT'),
        async stop() {
          await daemon.kill()
          await folder.remove()
        }
      }
    })
  } catch (cause) {
    await folder.remove()
    throw cause
  }
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
