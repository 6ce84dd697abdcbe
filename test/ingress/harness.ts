import { randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { afterAll, expect } from 'vitest'
import { type Bridge, startBridge } from '../../src/bridge.ts'
import { loadConfig } from '../../src/config/load.ts'
import { sample } from '../../src/standin/samples.ts'
import type { Logger } from '../../src/telemetry/log.ts'
import { type Broker, createBroker, removeBroker } from './fixture.ts'
import { SECRET, type SigningOptions, signed } from './sign.ts'
import { exchange, type Header, type Parts, type Reply } from './wire.ts'

/** A bridge in this process, on sockets of its own, whose broker the test holds in its hands. */
export interface TestBridge extends Bridge {
  readonly adminUrl: string
  /** What stands behind the destination `t`. */
  readonly broker: Broker
  /** What stands behind the destination `u`, if asked for. */
  readonly second: Broker
  /** What stands behind the destination `v`, if asked for. */
  readonly third: Broker
  /** Every log line so far. */
  readonly log: readonly Record<string, unknown>[]
  /** One request on a connection of its own. */
  send(parts: Parts): Promise<Reply>
  /** A genuine webhook on a connection of its own. */
  deliver(webhook?: Genuine): Promise<Reply>
  /** Value of the sample with exactly this name and these labels (`name{a="b"}`); 0 when there is none. */
  metric(sample: string): Promise<number>
  /** The whole exposition. */
  metrics(): Promise<string>
  /** Drains it if that has not been done; removes what it left. */
  [Symbol.asyncDispose](): Promise<void>
}

export interface Genuine extends SigningOptions {
  readonly body?: string
  readonly target?: string
  readonly headers?: readonly Header[]
}

export const BODY = JSON.stringify(sample('batch.succeeded'))

/** A genuine webhook's request. */
export function genuine({ body = BODY, target = '/hooks', headers = [], ...signing }: Genuine = {}): Parts {
  return { target, headers: [...signed(body, signing), ...headers], body }
}

type Settings = Readonly<Record<string, unknown>>

/**
 * Starts a bridge with one static endpoint at `/hooks` and the destination `t`, by way of a real configuration file.
 * Limits are short, so that reaching them takes no time.
 */
export async function startTestBridge(
  settings: {
    readonly endpoints?: readonly Settings[]
    readonly limits?: Settings
    /** Whether there is a destination `u` as well. */
    readonly second?: boolean
    /** Whether there is a destination `v`. */
    readonly third?: boolean
    /** What `t` falls back to. */
    readonly fallback?: Settings
    /** Whether to wait until every destination is connected; by default, yes. */
    readonly connected?: boolean
    /** What the brokers do when they are connected to, each by the name of its destination. */
    readonly connect?: (name: string) => Promise<void>
    readonly logger?: Logger
    readonly rest?: Settings
  } = {}
): Promise<TestBridge> {
  const directory = await mkdtemp(join(tmpdir(), 'geb-ingress-'))
  const { connect, fallback } = settings
  const run = randomUUID()
  const open = (name: string) => {
    const broker = createBroker(`${run} ${name}`)
    if (connect) broker.connect = () => connect(name)
    return broker
  }
  const [broker, second, third] = [open('t'), open('u'), open('v')]
  const names = ['t', ...(settings.second ? ['u'] : []), ...(settings.third ? ['v'] : [])]
  const adapter = join(import.meta.dirname, 'fixture.ts')
  const file = {
    listen: { host: '127.0.0.1', port: 0 },
    admin: { host: '127.0.0.1', port: 0 },
    endpoints: settings.endpoints ?? [{ path: '/hooks', verify: { static: { secrets: [SECRET] } } }],
    destinations: Object.fromEntries(
      names.map(name => [name, { adapter, broker: `${run} ${name}`, ...(name === 't' && fallback && { fallback }) }])
    ),
    limits: { receive: '300ms', acknowledge: '1s', drain: '3s', ...settings.limits },
    ...settings.rest
  }
  // JSON is YAML.
  await writeFile(join(directory, 'bridge.yaml'), JSON.stringify(file))
  const config = await loadConfig({ env: {}, directory, file: 'bridge.yaml' })
  const log: Record<string, unknown>[] = []
  const logger =
    settings.logger ??
    pino({ level: 'debug', base: null, messageKey: 'message' }, { write: line => log.push(JSON.parse(line)) })
  const bridge = await startBridge(config, { log: logger, version: '0.0.0-test' })
  const { adminUrl } = bridge
  if (adminUrl === undefined) throw new Error('a test bridge has an admin listener')
  const metrics = async () => (await exchange(adminUrl, { method: 'GET', target: '/metrics' })).body

  let drained: Promise<boolean> | undefined
  const drain = () => {
    drained ??= bridge.drain()
    return drained
  }
  if (settings.connected ?? true) {
    await until(async () => (await exchange(adminUrl, { method: 'GET', target: '/health/ready' })).status === 200)
  }
  return {
    url: bridge.url,
    adminUrl,
    broker,
    second,
    third,
    log,
    reread: () => bridge.reread(),
    drain,
    metrics,
    send: parts => exchange(bridge.url, parts),
    deliver: webhook => exchange(bridge.url, genuine(webhook)),
    async metric(sample) {
      const line = (await metrics()).split('\n').find(line => line.startsWith(`${sample} `))
      return Number(line?.slice(sample.length + 1) ?? 0)
    },
    async [Symbol.asyncDispose]() {
      await drain()
      for (const name of ['t', 'u', 'v']) removeBroker(`${run} ${name}`)
      await rm(directory, { recursive: true, force: true })
    }
  }
}

// Whatever the file has opened is closed at its end: listeners, connections on either side.
afterAll(async () => {
  const open = () => process.getActiveResourcesInfo().filter(name => /^TCP/.test(name))
  await until(() => open().length === 0).catch(() => expect(open()).toEqual([]))
})

/** Waits until the condition holds, and fails when it does not within the patience, in ms. */
export async function until(condition: () => boolean | Promise<boolean>, patience = 8000): Promise<void> {
  const end = performance.now() + patience
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`never came true: ${condition}`)
    await new Promise(resolve => setTimeout(resolve, 5))
  }
}

/** Status and code: `204`, `503 ERR_BUSY`. */
export function codeOf({ status, body }: Reply): string {
  return body === '' ? String(status) : `${status} ${JSON.parse(body).code}`
}

/** The body of a refusal, as its exact text must be. */
export function refusalText(statusCode: number, code: string, message: string): string {
  return JSON.stringify({ statusCode, code, message })
}
