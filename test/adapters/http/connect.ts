import { onTestFinished } from 'vitest'
import http from '../../../adapters/http.ts'
import type { Adapter, Log } from '../../../src/adapter.ts'
import { openReceiver, type Receiver } from './receiver.ts'

const silent = { debug() {}, info() {}, warn() {}, error() {} }

/** Opens the adapter as the bridge would, with options as they stand in a configuration. */
export async function connectHttp(options: Readonly<Record<string, unknown>>, log: Log = silent): Promise<Adapter> {
  const context = { destination: 'test', directory: import.meta.dirname, log }
  return http.connect(http.options.parse(options), context)
}

/** A receiver, and the adapter connected to it, until the test's end. */
export async function openPair(
  options: Readonly<Record<string, unknown>> = {}
): Promise<{ readonly receiver: Receiver; readonly adapter: Adapter }> {
  const receiver = await openReceiver()
  onTestFinished(() => receiver.close())
  const adapter = await connectHttp({ url: receiver.url, ...options })
  onTestFinished(() => adapter.close())
  return { receiver, adapter }
}

/** The error that a publish rejects with. */
export async function refusalOf(publishing: Promise<string>): Promise<Error> {
  const id = await publishing.catch((error: unknown) => error)
  if (id instanceof Error) return id
  throw new Error(`It was accepted as ${id}.`)
}
