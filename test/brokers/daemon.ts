/**
 * A server in a process of its own, which writes into a log file and dies with the run: what every real broker is.
 *
 *     const daemon = startDaemon('java', ['-jar', jar, `--port=${port}`], `${folder}/log`)
 *     await daemon.listening([port])
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { dieWithUs } from './watchdog.ts'

const READY_WITHIN_MS = 60_000
const TAIL_CHARACTERS = 5_000

export interface Daemon {
  /** Resolves once all these ports of 127.0.0.1 accept; fails with the end of the log when the process ends before. */
  listening(ports: readonly number[]): Promise<void>
  /** Sends a signal to the process and whatever it has started. */
  signal(signal: NodeJS.Signals): void
  /** Ends it with a signal, SIGKILL unless told, and waits for its end. SIGKILL ends a frozen process too. */
  kill(signal?: 'SIGKILL' | 'SIGTERM'): Promise<void>
}

/** Starts a server with this process's environment, appending its output to the log file. */
export function startDaemon(command: string, args: readonly string[], logFile: string): Daemon {
  const log = openSync(logFile, 'a')
  const child = spawn(command, args, { detached: true, stdio: ['ignore', log, log] })
  closeSync(log)
  dieWithUs(child)
  let failure: Error | undefined
  let ended = false
  const end = new Promise<void>(resolve => {
    child.once('error', error => {
      failure = error
    })
    child.once('close', () => {
      ended = true
      resolve()
    })
  })

  async function listening(ports: readonly number[]): Promise<void> {
    const deadline = performance.now() + READY_WITHIN_MS
    for (const port of ports) {
      while (!(await accepts(port))) {
        const late = performance.now() > deadline
        if (late) await kill()
        if (ended) {
          const what = late ? `did not listen within ${READY_WITHIN_MS / 1000} s` : 'ended before it listened'
          const tail = readFileSync(logFile, 'utf8').slice(-TAIL_CHARACTERS)
          throw new Error(`${command} ${what}:\n${tail}`, { cause: failure })
        }
        await sleep(50)
      }
    }
  }

  function signal(name: NodeJS.Signals): void {
    if (child.pid !== undefined && !ended) process.kill(-child.pid, name)
  }

  async function kill(name: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    signal(name)
    await end
  }

  return { listening, signal, kill }
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
