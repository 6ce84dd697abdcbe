import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { freePorts } from './brokers/ports.ts'
import { dieWithUs } from './brokers/watchdog.ts'

export const root = fileURLToPath(new URL('../', import.meta.url))

/** A program under test, in a process of its own, with all that it has printed so far. */
export interface Program {
  readonly stdout: string
  readonly stderr: string
  /** Waits until the pattern has been printed on either stream; fails when the program ends before. */
  until(pattern: RegExp): Promise<RegExpExecArray>
  /** Writes on its standard input. */
  write(text: string): void
  /** Sends a signal to the program and to whatever it has started. */
  kill(signal: NodeJS.Signals): void
  /** Waits for the end; the exit code, or 128 plus the signal's number, as a shell says it. */
  exit(): Promise<number>
}

/** Starts a program with exactly this environment beside PATH and HOME. It ends with the test run, if not before. */
export function start(
  command: string,
  args: readonly string[],
  options: { readonly env?: NodeJS.ProcessEnv; readonly cwd?: string } = {}
): Program {
  const { PATH, HOME } = process.env
  const child = spawn(command, args, { cwd: options.cwd ?? root, env: { PATH, HOME, ...options.env }, detached: true })
  dieWithUs(child)
  const exited = once(child, 'close')
  const output = { stdout: '', stderr: '' }
  const waiting = new Set<() => void>()
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', text => {
      output[stream] += text
      for (const look of waiting) look()
    })
  }
  return {
    get stdout() {
      return output.stdout
    },
    get stderr() {
      return output.stderr
    },
    async until(pattern) {
      const found = new Promise<RegExpExecArray>(resolve => {
        const look = () => {
          const match = pattern.exec(output.stdout) ?? pattern.exec(output.stderr)
          if (match) waiting.delete(look)
          if (match) resolve(match)
        }
        waiting.add(look)
        look()
      })
      const ended = exited.then(() => {
        throw new Error(`${command} ended before it printed ${pattern}:\n${output.stdout}${output.stderr}`)
      })
      return Promise.race([found, ended])
    },
    write: text => child.stdin.write(text),
    kill(signal) {
      // A group that has ended is as good as killed.
      if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
        process.kill(-child.pid, signal)
    },
    async exit() {
      const [code, signal] = await exited
      return code ?? (signal === 'SIGTERM' ? 143 : signal === 'SIGINT' ? 130 : 137)
    }
  }
}

/** Starts the bridge from its sources, as the npm scripts do. */
export function startBridgeProgram(args: readonly string[], options?: Parameters<typeof start>[2]): Program {
  return start(process.execPath, [`${root}src/main.ts`, ...args], options)
}

/** A port of 127.0.0.1 that was free just now. */
export async function freePort(): Promise<number> {
  const [port = 0] = await freePorts(1)
  return port
}
