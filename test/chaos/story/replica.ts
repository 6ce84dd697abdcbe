/** The bridge as a program, one of several with the same configuration. */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Program, startBridgeProgram } from '../../spawn.ts'
import { LIMITS, SLACK_MS } from './configuration.ts'

export interface Replica {
  readonly port: number
  /** What it has logged as a fault of its own over all of its lives, and drains that did not end as they should. */
  readonly complaints: readonly string[]
  /** When it has lost Redis, by its own word, on the clock of `performance.now()`. */
  readonly forgetful: readonly number[]
  /** Starts it, the first time or again; resolves when it is live, which is before it is connected. */
  start(): Promise<void>
  /** Ends it with SIGKILL. */
  kill(): Promise<void>
  /** Ends it with SIGTERM. */
  drain(): Promise<void>
}

const LIVE_WITHIN_MS = 30_000
/** Then it is killed, and so has not ended as it should. */
const ENDED_WITHIN_MS = 30_000

/** @param file the configuration, which has no need to name a port */
export function prepareReplica(port: number, file: string, env: NodeJS.ProcessEnv): Replica {
  const complaints: string[] = []
  const forgetful: number[] = []
  let program: Program | undefined

  const isLive = () =>
    fetch(`http://127.0.0.1:${port}/health/live`).then(
      ({ ok }) => ok,
      () => false
    )
  const end = async (signal: 'SIGKILL' | 'SIGTERM'): Promise<number> => {
    const ending = program
    program = undefined
    if (ending === undefined) return 0
    ending.kill(signal)
    const late = setTimeout(() => ending.kill('SIGKILL'), ENDED_WITHIN_MS)
    const code = await ending.exit().finally(() => clearTimeout(late))
    const lines = ending.stderr.split('\n')
    complaints.push(...lines.filter(isComplaint))
    forgetful.push(...lines.flatMap(lostRedisAt))
    return code
  }

  return {
    port,
    complaints,
    forgetful,
    async start() {
      const starting = startBridgeProgram(['serve', '--config', file], { env: { ...env, PORT: String(port) } })
      program = starting
      const ended = starting.exit().then(code => {
        if (program === starting) throw new Error(`The bridge ended with ${code}:\n${starting.stderr}`)
      })
      const live = async () => {
        for (const deadline = performance.now() + LIVE_WITHIN_MS; !(await isLive()); await sleep(20)) {
          if (performance.now() > deadline) throw new Error('The bridge was not live in time.')
        }
      }
      await Promise.race([live(), ended])
    },
    async kill() {
      await end('SIGKILL')
    },
    async drain() {
      const begin = performance.now()
      const code = await end('SIGTERM')
      const ms = Math.round(performance.now() - begin)
      if (code !== 0 || ms > LIMITS.drain + SLACK_MS) complaints.push(`a drain of ${ms} ms ended with ${code}`)
    }
  }
}

/** When the bridge lost Redis, if this line says so. */
function lostRedisAt(line: string): number[] {
  const [, time] = /"time":"([^"]+)".*"message":"Redis is unavailable/.exec(line) ?? []
  return time === undefined ? [] : [Date.parse(time) - performance.timeOrigin]
}

/**
 * Whether a line of the log says that the bridge itself is at fault, which no line about a webhook does. The last line of
 * a killed one may be half a line.
 */
function isComplaint(line: string): boolean {
  if (line === '' || line.includes('"message":"webhook"')) return false
  return !line.startsWith('{') || /"severity":"(ERROR|CRITICAL|ALERT|EMERGENCY)"/.test(line)
}
