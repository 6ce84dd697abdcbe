import { startMemoryServer } from '../server.ts'
import { goProgram } from './program.ts'

/** Starts the process that `connectPeer` speaks to; resolves when it listens. One serves all tests of a run. */
export async function startPeer(): Promise<{ readonly port: number; stop(): Promise<void> }> {
  return startMemoryServer(await goProgram(), port => ['peer', String(port)])
}
