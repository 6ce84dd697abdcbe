import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { dieWithUs, temporaryFolder } from '../brokers/watchdog.ts'
import { freePort } from '../spawn.ts'

/** What is started: a file that listens on `PORT`. */
export interface Program {
  readonly file: string
  readonly args?: readonly string[]
  readonly env?: NodeJS.ProcessEnv
}

/** A server under measurement, in a process of its own. */
export interface Server {
  readonly url: string
  readonly pid: number
  stop(): Promise<void>
}

/** Starts a program on a free port and waits until it accepts connections. What it prints goes into a file. */
export async function startServer({ file, args = [], env = {} }: Program): Promise<Server> {
  const [port, folder] = [await freePort(), temporaryFolder('bench-')]
  const logFile = join(folder.path, 'log')
  const log = openSync(logFile, 'a')
  const [command = '', ...rest] = [...pinned('0'), process.execPath, file, ...args]
  const child = spawn(command, rest, {
    env: { PATH: process.env['PATH'], ...env, PORT: String(port) },
    stdio: ['ignore', log, log],
    detached: true
  })
  closeSync(log)
  dieWithUs(child)
  const exited = once(child, 'exit')
  const url = `http://127.0.0.1:${port}`
  while (!(await listens(url))) {
    if (child.exitCode !== null) throw new Error(`${file} ended before it listened:\n${readFileSync(logFile, 'utf8')}`)
    await sleep(20)
  }
  return {
    url,
    pid: child.pid ?? 0,
    async stop() {
      child.kill('SIGKILL')
      await exited
      await folder.remove()
    }
  }
}

async function listens(url: string): Promise<boolean> {
  try {
    await fetch(url)
    return true
  } catch {
    return false
  }
}

/** Puts this process, and all that it will start but servers, on another CPU than theirs; says whether it could. */
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
    return isParallel ? prefix : []
  } catch {
    return []
  }
}

// Asked for before this process is pinned, after which Node sees one CPU.
const isParallel = availableParallelism() > 1
