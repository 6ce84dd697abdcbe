import { subscribe } from 'node:diagnostics_channel'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { inspect } from 'node:util'
import pubsub from '../../../adapters/pubsub.ts'
import type { Adapter } from '../../../src/adapter.ts'
import { sampleEvent } from '../../../src/testing/sample-event.ts'
import type { Attempt } from './attempts.ts'

// A process with an environment of its own: for each line of its standard input, which is the adapter's options as JSON,
// it connects, publishes one event, and says in a line what became of it. For `null`, it publishes one more.

/** Nobody in these tests is slower to answer. */
const DEADLINE_MS = 2000
const logged: unknown[] = []
const note = (...line: unknown[]) => void logged.push(line)
const log = { debug: note, info: note, warn: note, error: note }
const warnings: string[] = []
process.on('warning', ({ name, message }) => warnings.push(`${name}: ${message}`))
let sockets = 0
subscribe('net.client.socket', () => {
  sockets += 1
})
let adapter: Adapter | undefined

/** @param options connects with them first; without any, publishes by the adapter of the attempt before */
async function attempt(options: Record<string, unknown> | null): Promise<Attempt> {
  const start = performance.now()
  const before = sockets
  const outcome = { connected: false, refusal: '', everything: '', ms: 0, sockets: 0, warnings }
  try {
    if (options !== null) {
      const context = { destination: 'test', directory: '/', log }
      await adapter?.close()
      adapter = undefined
      adapter = await pubsub.connect(pubsub.options.parse(options), context)
    }
    Object.assign(outcome, { connected: true, sockets: sockets - before, ms: performance.now() - start })
    await adapter?.publish(sampleEvent(), AbortSignal.timeout(DEADLINE_MS))
    return outcome
  } catch (error) {
    const everything = inspect([error, logged], { depth: null, showHidden: true })
    const ms = outcome.connected ? outcome.ms : performance.now() - start
    return { ...outcome, refusal: String(error), everything, ms }
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await attempt(JSON.parse(line)))}\n`)
}
