import { randomUUID } from 'node:crypto'
import { expect, vi } from 'vitest'
import { deliver } from '../../src/standin/deliver.ts'
import { staticSigner } from '../../src/standin/sign.ts'
import { startBridgeProgram } from '../spawn.ts'
import { BODY, TRACEPARENT } from './served-webhook.ts'

const WEBHOOK_SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'

/** One run of `serve`: the webhook's id, and all that the program has said meanwhile. */
export interface Served {
  readonly id: string
  readonly log: string
  readonly metrics: string
}

/** Runs `serve` in a folder until it has acknowledged one webhook at /webhooks/gemini, and ends it. */
export async function serveOnce(directory: string, environment: Readonly<Record<string, string>>): Promise<Served> {
  const env = { GEMINI_WEBHOOK_SECRET: WEBHOOK_SECRET, LOG_LEVEL: 'debug', ...environment }
  const program = startBridgeProgram(['serve'], { cwd: directory, env })
  try {
    const [, url = '', admin = ''] = await program.until(/"url":"([^"]+)","admin":"([^"]+)"/)
    const becomeReady = async () => expect((await fetch(`${url}/health/ready`)).ok, program.stderr).toBe(true)
    await vi.waitFor(becomeReady, { timeout: 30_000, interval: 20 })
    const id = `msg_${randomUUID()}`
    const signer = staticSigner(WEBHOOK_SECRET)
    const headers = { traceparent: TRACEPARENT }
    const attempts = await deliver({ id, body: BODY }, { url: `${url}/webhooks/gemini`, signer, headers })
    expect(attempts, program.stderr).toMatchObject([{ status: 204 }])
    const metrics = await (await fetch(`${admin}/metrics`)).text()
    program.kill('SIGTERM')
    expect(await program.exit()).toBe(0)
    expect(program.stdout).toBe('')
    return { id, log: program.stderr, metrics }
  } finally {
    program.kill('SIGKILL')
  }
}

/** Asserts that neither log nor metrics show a secret, and that all of the log is lines of the bridge, none a warning of Node. */
export function expectDiscreet({ log, metrics }: Served, secrets: readonly string[] = []): void {
  for (const secret of [WEBHOOK_SECRET, ...secrets]) {
    expect(log).not.toContain(secret)
    expect(metrics).not.toContain(secret)
  }
  for (const line of log.trim().split('\n')) expect(JSON.parse(line)).not.toHaveProperty('warning')
}
