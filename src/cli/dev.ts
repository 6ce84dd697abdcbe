import { randomBytes, randomUUID } from 'node:crypto'
import { type Bridge, startBridge } from '../bridge.ts'
import { loadConfig } from '../config/load.ts'
import { ConfigError } from '../errors.ts'
import { deliver } from '../standin/deliver.ts'
import { serveKeySet } from '../standin/key-set.ts'
import { eventTypes, sample } from '../standin/samples.ts'
import { dynamicSigner, staticSigner } from '../standin/sign.ts'
import { createLogger, type Logger } from '../telemetry/log.ts'
import type { Io } from './io.ts'
import { stopped } from './stopped.ts'

/** Where the events and the sender come from, for one run: nothing of it outlives the process. */
interface Credentials {
  readonly secret: string
  readonly token: string
  readonly keysUrl: string
}

/**
 * Runs the bridge on loopback with the `stdout` adapter and secrets of its own, and a stand-in for Gemini that sends one
 * signed sample of every event type; then stays up until `io.stop` aborts.
 * @returns the exit code, as `serve`
 */
export async function dev(io: Io): Promise<number> {
  const keySet = await serveKeySet()
  const secret = `whsec_${randomBytes(32).toString('base64')}`
  const token = randomBytes(24).toString('base64url')
  const { log, flush } = await createLogger({
    // The events themselves tell what was acknowledged.
    level: io.env['LOG_LEVEL'] ?? 'warn',
    format: 'pretty',
    fd: io.stderr.fd,
    color: io.stderr.isTTY
  })
  try {
    const bridge = await start({ secret, token, keysUrl: keySet.url }, io, log)
    io.stderr.write(greeting(bridge, secret, io))
    const [staticUrl, dynamicUrl] = [
      `${bridge.url}/webhooks/gemini`,
      `${bridge.url}/webhooks/gemini/jobs?token=${token}`
    ]
    const sendStatic = { url: staticUrl, signer: staticSigner(secret), retry: true, signal: io.stop }
    const sendDynamic = { url: dynamicUrl, signer: dynamicSigner(...keySet.keys), retry: true, signal: io.stop }
    for (const [index, type] of eventTypes.entries()) {
      // Nobody documents where user_metadata stands, so the samples show both.
      const envelope = sample(type, {
        job: randomBytes(6).toString('hex'),
        metadata: { tenant: 'acme' },
        placement: index % 2 === 0 ? 'envelope' : 'data'
      })
      const options = type.startsWith('interaction.') ? sendDynamic : sendStatic
      await deliver({ id: `msg_${randomUUID()}`, body: JSON.stringify(envelope) }, options)
    }
    return await stopped(bridge, log, io)
  } finally {
    await keySet.close()
    flush()
  }
}

/** On the usual ports; where something else has them and nobody asked for them, on free ones. */
async function start(credentials: Credentials, io: Io, log: Logger): Promise<Bridge> {
  const on = async (ports: Record<string, string | undefined>) => {
    const env = {
      GEMINI_WEBHOOK_SECRET: credentials.secret,
      GEMINI_CALLBACK_TOKEN: credentials.token,
      GEMINI_KEYS_URL: credentials.keysUrl,
      BRIDGE_ADAPTER: 'stdout',
      BRIDGE_HOST: '127.0.0.1',
      LOG_LEVEL: io.env['LOG_LEVEL'],
      ...ports
    }
    return startBridge(await loadConfig({ env, directory: io.directory }), { log, version: io.version })
  }
  try {
    return await on({ PORT: io.env['PORT'] })
  } catch (error) {
    if (!(error instanceof ConfigError && isInUse(error.cause))) throw error
    return on({ PORT: io.env['PORT'] ?? '0', BRIDGE_ADMIN_PORT: '0' })
  }
}

function isInUse(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
}

function greeting({ url, adminUrl }: Bridge, secret: string, io: Io): string {
  return `
The bridge is up, and prints each CloudEvent on standard output.

  endpoint  ${url}/webhooks/gemini
  metrics   ${adminUrl}/metrics

A stand-in for Gemini sends one sample of each event type now. To send more:

  ${io.command} send --url ${url}/webhooks/gemini --secret ${secret} --type batch.succeeded --metadata tenant=acme

`
}
