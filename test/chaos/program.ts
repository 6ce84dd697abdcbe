/** The bridge as a program of its own, as an operator sees it. */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { startBridgeProgram } from '../spawn.ts'
import { SECRET } from './load.ts'

export interface BridgeProgram {
  /** Where webhooks go. */
  readonly url: string
  /** Whether the last publish was accepted, by the metric; undefined before the first. */
  up(): Promise<boolean | undefined>
  /** Whether it says that it is ready. */
  ready(): Promise<boolean>
  /**
   * Stops it with SIGTERM. Fails unless it was live all the time, ends with 0, and has logged nothing but JSON, and no
   * fault of its own.
   */
  end(): Promise<void>
  /** Ends it at once, if it has not ended. */
  kill(): void
}

const LIVE_POLL_MS = 100

/** Starts `serve` by environment variables alone: those of the destination are given. Resolves when it listens. */
export async function startProgram(destination: Readonly<Record<string, string>>): Promise<BridgeProgram> {
  const program = startBridgeProgram(['serve'], {
    env: { GEMINI_WEBHOOK_SECRET: SECRET, BRIDGE_HOST: '127.0.0.1', PORT: '0', BRIDGE_ADMIN_PORT: '0', ...destination }
  })
  const [, url, admin] = await program.until(/"url":"([^"]+)","admin":"([^"]+)"/)

  const ending = new AbortController()
  const watchLife = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      const { status } = await fetch(`${url}/health/live`)
      if (status !== 200) throw new Error(`/health/live answered ${status}`)
      await sleep(LIVE_POLL_MS, undefined, { signal: ending.signal }).catch(() => {})
    }
  }
  // A promise for `end` to look at: until then, nobody awaits it.
  const lived = watchLife().then(
    () => 'live all the time',
    error => `not live: ${error}`
  )

  return {
    url: `${url}/webhooks/gemini`,
    async up() {
      const metrics = await (await fetch(`${admin}/metrics`)).text()
      const value = /^gemini_event_bridge_destination_up\{.*\} (\d)$/m.exec(metrics)?.[1]
      return value === undefined ? undefined : value === '1'
    },
    async ready() {
      const { status } = await fetch(`${url}/health/ready`)
      return status === 200
    },
    async end() {
      ending.abort()
      expect(await lived).toBe('live all the time')
      program.kill('SIGTERM')
      expect(await program.exit()).toBe(0)
      expect(program.stdout).toBe('')
      const lines = program.stderr.split('\n').slice(0, -1)
      const faults = lines.filter(line => ['ERROR', 'CRITICAL'].includes(JSON.parse(line).severity))
      expect(faults).toEqual([])
    },
    kill() {
      ending.abort()
      program.kill('SIGKILL')
    }
  }
}
