import { onTestFinished } from 'vitest'
import type { Adapter, Log } from '../../../src/adapter.ts'
import { connectKafka } from './harness.ts'

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} }

/** Opens the adapter for one test, and closes it at that test's end. */
export async function connect(options: Record<string, unknown>): Promise<Adapter> {
  const adapter = await connectKafka(options, silent)
  onTestFinished(() => adapter.close())
  return adapter
}
