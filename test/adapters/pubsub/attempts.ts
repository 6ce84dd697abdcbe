import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { temporaryFolder } from '../../brokers/watchdog.ts'
import { start } from '../../spawn.ts'

const child = fileURLToPath(new URL('attempt-child.ts', import.meta.url))

/** What became of connecting, if that was asked, and of publishing once. */
export interface Attempt {
  readonly connected: boolean
  /** What either was refused with; empty when the event was accepted. */
  readonly refusal: string
  /** All that the refusal holds, down to its last cause, and all that was logged so far. */
  readonly everything: string
  /** How long connecting took, in milliseconds. */
  readonly ms: number
  /** How many connections over TCP were begun until it had connected. */
  readonly sockets: number
  /** What Node and its libraries have warned of since the process started. */
  readonly warnings: readonly string[]
}

/**
 * Starts a process with this environment alone, in which nothing of Google's is found that the environment does not name:
 * no `gcloud`, and no credentials in the home folder.
 * @returns connects with these options in that process, and publishes once; without any, only publishes once more
 */
export function startAttempts(env: NodeJS.ProcessEnv): (options?: Record<string, unknown>) => Promise<Attempt> {
  const home = temporaryFolder('home-')
  const program = start(process.execPath, [child], { env: { PATH: home.path, HOME: home.path, ...env } })
  onTestFinished(async () => {
    program.kill('SIGKILL')
    await home.remove()
  })
  let count = 0
  return async options => {
    program.write(`${JSON.stringify(options ?? null)}\n`)
    const [, outcome = ''] = await program.until(new RegExp(`^(?:.+\\n){${count}}({"connected".+)\\n`))
    count += 1
    return JSON.parse(outcome)
  }
}
