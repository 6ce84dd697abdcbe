import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, vi } from 'vitest'
import { temporaryFolder } from '../brokers/watchdog.ts'
import { type Program, root, start } from '../spawn.ts'

/** The bridge in a process of its own, with the example preloaded. */
export interface TracedProgram extends Program {
  readonly url: string
  /** Ends it as an orchestrator does, and waits for that. */
  stop(): Promise<number>
  [Symbol.asyncDispose](): Promise<void>
}

/** Runs `serve` until it is ready. @param settings the configuration file */
export async function startTraced(settings: object, env: Readonly<Record<string, string>>): Promise<TracedProgram> {
  const folder = temporaryFolder('otlp-')
  const file = join(folder.path, 'bridge.yaml')
  // JSON is YAML.
  writeFileSync(
    file,
    JSON.stringify({ listen: { host: '127.0.0.1', port: 0 }, admin: { host: '127.0.0.1', port: 0 }, ...settings })
  )
  const program = start(
    process.execPath,
    ['--import', './deploy/tracing/otel.js', 'src/main.ts', 'serve', '--config', file],
    { cwd: root, env }
  )
  const [, url = ''] = await program.until(/"url":"([^"]+)"/)
  const ready = async () => expect((await fetch(`${url}/health/ready`)).ok, program.stderr).toBe(true)
  await vi.waitFor(ready, { timeout: 15_000, interval: 20 })
  return Object.assign(Object.create(program), {
    url,
    stop() {
      program.kill('SIGTERM')
      return program.exit()
    },
    async [Symbol.asyncDispose]() {
      program.kill('SIGKILL')
      await folder.remove()
    }
  })
}
