import { subscribe } from 'node:diagnostics_channel'
import process from 'node:process'
import { createInterface } from 'node:readline'
import pubsub from '../../../adapters/pubsub.ts'
import { sampleEvent } from '../../../src/testing/sample-event.ts'
import type { Attempt } from './attempts.ts'

// A process with an environment of its own: for each line of its standard input, which is the adapter's options as JSON,
// it connects, publishes one event, and says in a line what became of it.

/** Nobody in these tests is slower to answer. */
const DEADLINE_MS = 2000
const log = { debug() {}, info() {}, warn() {}, error() {} }
const warnings: string[] = []
process.on('warning', ({ name, message }) => warnings.push(`${name}: ${message}`))
let sockets = 0
subscribe('net.client.socket', () => {
  sockets += 1
})

async function attempt(options: Record<string, unknown>): Promise<Attempt> {
  const start = performance.now()
  const before = sockets
  const outcome = { connected: false, refusal: '', ms: 0, sockets: 0, warnings }
  try {
    const context = { destination: 'test', directory: '/', log }
    const adapter = await pubsub.connect(pubsub.options.parse(options), context)
    Object.assign(outcome, { connected: true, sockets: sockets - before, ms: performance.now() - start })
    await adapter.publish(sampleEvent(), AbortSignal.timeout(DEADLINE_MS)).finally(() => adapter.close())
    return outcome
  } catch (error) {
    return { ...outcome, refusal: String(error), ms: outcome.connected ? outcome.ms : performance.now() - start }
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await attempt(JSON.parse(line)))}\n`)
}
