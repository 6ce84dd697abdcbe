import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../spawn.ts'

/** A server under measurement, in a process of its own. */
export interface Server {
  readonly url: string
  /** User and system CPU time of the process so far, in seconds (Linux only; NaN elsewhere). */
  cpuSeconds(): number
  stop(): Promise<void>
}

/** Clock ticks a second in /proc: fixed at 100 for user space on Linux. */
const TICKS = 100

/** Starts a source file on a free port and waits until it accepts connections. */
export async function startServer(file: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Server> {
  const port = await freePort()
  const [command = '', ...rest] = [...pinned('0'), process.execPath, file, ...args]
  const child: ChildProcess = spawn(command, rest, {
    env: { PATH: process.env['PATH'], ...env, PORT: String(port) },
    stdio: ['ignore', 'ignore', 'ignore']
  })
  const url = `http://127.0.0.1:${port}`
  while (
    !(await fetch(url).then(
      () => true,
      () => false
    ))
  ) {
    if (child.exitCode !== null) throw new Error(`${file} exited with ${child.exitCode} before it listened`)
    await sleep(20)
  }
  return {
    url,
    cpuSeconds() {
      try {
        const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
        return (Number(fields[11]) + Number(fields[12])) / TICKS
      } catch {
        return Number.NaN
      }
    },
    async stop() {
      const exited = once(child, 'exit')
      child.kill('SIGKILL')
      await exited
    }
  }
}

/** Puts this process, which makes the load, on another CPU than the servers; says whether it could. */
export function pinLoad(): boolean {
  if (pinned('1').length === 0) return false
  execFileSync('taskset', ['--all-tasks', '--cpu-list', '--pid', '1', String(process.pid)], { stdio: 'ignore' })
  return true
}

/** A prefix that keeps a command on one CPU, where the machine has two of them and `taskset`. */
function pinned(cpu: string): readonly string[] {
  const prefix = ['taskset', '--cpu-list', cpu]
  try {
    execFileSync(prefix[0] ?? '', [...prefix.slice(1), 'true'], { stdio: 'ignore' })
    return availableParallelism() > 1 ? prefix : []
  } catch {
    return []
  }
}
