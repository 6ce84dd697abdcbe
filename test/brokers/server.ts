/** A process that keeps all in memory and listens on one port of 127.0.0.1: servers for tests, and peers. */
import { join } from 'node:path'
import { type Daemon, startDaemon } from './daemon.ts'
import { onFreePorts } from './ports.ts'
import { temporaryFolder } from './watchdog.ts'

/** A server that can be hurt. */
export interface MemoryServer {
  readonly port: number
  /** `127.0.0.1:41234` */
  readonly at: string
  /** Starts it after `kill`, on the same port and empty; resolves when it accepts clients. */
  start(): Promise<void>
  /** Ends it with SIGKILL, and waits for its end. All that it had is gone. */
  kill(): Promise<void>
  /** Stops its clock (SIGSTOP): connections stay open, and nothing answers. */
  freeze(): void
  thaw(): void
  /** Ends it for good. */
  stop(): Promise<void>
}

/** Starts a server; resolves when it accepts clients. Its arguments are told its port and a folder for its files. */
export async function startMemoryServer(
  command: string,
  args: (port: number, folder: string) => readonly string[]
): Promise<MemoryServer> {
  const folder = temporaryFolder('server-')
  try {
    return await onFreePorts(1, async next => {
      const port = next()
      const start = async () => {
        const started = startDaemon(command, args(port, folder.path), join(folder.path, 'log'))
        await started.listening([port])
        return started
      }
      let daemon: Daemon = await start()
      return {
        port,
        at: `127.0.0.1:${port}`,
        async start() {
          daemon = await start()
        },
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
