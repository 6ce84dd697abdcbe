import { type KeyObject, randomBytes, randomUUID } from 'node:crypto'
import type { Bridge } from '../bridge.ts'
import { loadConfig } from '../config/load.ts'
import { ConfigError } from '../errors.ts'
import { eventTypes } from '../event-types.ts'
import { deliver } from '../standin/deliver.ts'
import { type GeminiStandin, serveGemini } from '../standin/gemini.ts'
import { serveKeySet } from '../standin/key-set.ts'
import { sample } from '../standin/samples.ts'
import { dynamicSigner, staticSigner } from '../standin/sign.ts'
import { sendLoad } from './dev/load.ts'
import type { Io } from './io.ts'
import { run } from './run.ts'

/** The command line of `dev`. */
export interface DevOptions {
  /** How many samples a second go to every webhook that is registered at the stand-in; 0: none. */
  readonly rate: number
}

/** Beside the bridge's own 9464. */
const API_PORT = 9465
/** For so long a bridge may be down under load before the stand-in disables its webhook, in seconds. */
const PATIENCE = 30

/**
 * Runs the bridge on loopback with the `stdout` adapter and secrets of its own, and a stand-in for Gemini that sends one
 * signed sample of every event type, and takes registrations of other bridges; stays up until `io.stop` aborts.
 * @returns the exit code, as `run`
 */
export async function dev({ rate }: DevOptions, io: Io): Promise<number> {
  const keySet = await serveKeySet()
  const gemini = await serveRegistrations(Math.max(10, rate * PATIENCE))
  let load: Promise<void> | undefined
  const secret = `whsec_${randomBytes(32).toString('base64')}`
  const token = randomBytes(24).toString('base64url')
  const runOn = async (ports: Readonly<Record<string, string | undefined>>) => {
    const env = {
      GEMINI_WEBHOOK_SECRET: secret,
      GEMINI_CALLBACK_TOKEN: token,
      GEMINI_KEYS_URL: keySet.url,
      BRIDGE_ADAPTER: 'stdout',
      BRIDGE_HOST: '127.0.0.1',
      // The events themselves tell what was acknowledged.
      LOG_LEVEL: io.env['LOG_LEVEL'] || 'warn',
      ...ports
    }
    const config = await loadConfig({ env, directory: io.directory })
    return run({ config: { ...config, log: { ...config.log, format: 'pretty' } } }, io, async bridge => {
      io.stderr.write(greeting(bridge, gemini, secret, io))
      await sendSamples(bridge.url, { secret, token, keys: keySet.keys }, io.stop)
      if (rate > 0) load = sendLoad(gemini, { rate, report: line => io.stderr.write(line), stop: io.stop })
    })
  }
  try {
    return await runOn({ PORT: io.env['PORT'] })
  } catch (error) {
    // Something else has the usual ports, and nobody asked for them: any will do.
    if (!(error instanceof ConfigError && isInUse(error.cause))) throw error
    return await runOn({ PORT: io.env['PORT'] || '0', BRIDGE_ADMIN_PORT: '0' })
  } finally {
    await gemini.close()
    await load
    await keySet.close()
  }
}

async function serveRegistrations(failuresUntilDisabled: number): Promise<GeminiStandin> {
  try {
    return await serveGemini({ port: API_PORT, failuresUntilDisabled })
  } catch (error) {
    if (!isInUse(error)) throw error
    return serveGemini({ failuresUntilDisabled })
  }
}

async function sendSamples(
  url: string,
  { secret, token, keys }: { readonly secret: string; readonly token: string; readonly keys: readonly KeyObject[] },
  signal: AbortSignal
): Promise<void> {
  const asStatic = { url: `${url}/webhooks/gemini`, signer: staticSigner(secret) }
  const asDynamic = { url: `${url}/webhooks/gemini/jobs?token=${token}`, signer: dynamicSigner(...keys) }
  for (const [index, type] of eventTypes.entries()) {
    // Nobody documents where user_metadata stands, so the samples show both.
    const envelope = sample(type, {
      job: randomBytes(6).toString('hex'),
      metadata: { tenant: 'acme' },
      placement: index % 2 === 0 ? 'envelope' : 'data'
    })
    const to = type.startsWith('interaction.') ? asDynamic : asStatic
    await deliver({ id: `msg_${randomUUID()}`, body: JSON.stringify(envelope) }, { ...to, retry: true, signal })
  }
}

function isInUse(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
}

function greeting({ url, adminUrl }: Bridge, gemini: GeminiStandin, secret: string, io: Io): string {
  return `
The bridge is up, and prints each CloudEvent on standard output.

  endpoint  ${url}/webhooks/gemini
  metrics   ${adminUrl}/metrics

A stand-in for Gemini sends one sample of each event type now. To send more:

  ${io.command} send --url ${url}/webhooks/gemini --secret ${secret} --type batch.succeeded --metadata tenant=acme

It also takes registrations of webhooks, as Gemini's API does. To use it in another terminal:

  export GOOGLE_GEMINI_BASE_URL=${gemini.url} GEMINI_API_KEY=any

`
}
