import { trace } from '@opentelemetry/api'
import pino from 'pino'
import type { Destination } from '../../src/deliver/destination.ts'
import { createSpans } from '../../src/telemetry/spans.ts'
import { traceDestination } from '../../src/telemetry/traced-destination.ts'
import { traceReceive } from '../../src/telemetry/traced-receive.ts'
import { traceVerifier } from '../../src/telemetry/traced-verifier.ts'
import { sampleEvent } from '../../src/testing/sample-event.ts'
import type { Verifier } from '../../src/verify/verify.ts'
import { emptyMetrics } from '../telemetry/registry.ts'

// What metrics and traces take of each webhook, alone and in this process: `npm run bench -- parts`. Whole programs differ
// by more than that from one run to the next. With an SDK: NODE_OPTIONS=--import=./deploy/tracing/otel.js npm run bench …

const ROUNDS = 5
const TIMES = 200_000

/** Microseconds of CPU that one call takes, in each round. */
async function cost(call: () => unknown): Promise<readonly number[]> {
  const rounds: number[] = []
  // The first is for the compiler.
  for (let round = 0; round <= ROUNDS; round++) {
    const before = process.cpuUsage()
    for (let i = 0; i < TIMES; i++) await call()
    const { user, system } = process.cpuUsage(before)
    if (round > 0) rounds.push((user + system) / TIMES)
  }
  return rounds
}

const metrics = emptyMetrics()
const endpoint = '/webhooks/gemini'
const type = 'batch.succeeded'
const destination = 'main'
const countOne = () => {
  metrics.webhooks.inc({ endpoint, code: 204, reason: '' })
  metrics.webhookDuration.observe({ endpoint }, 0.004)
  metrics.signatures.inc({ endpoint, scheme: 'static', key: '01234567' })
  metrics.eventAge.observe({ type }, 1)
  metrics.dedupeLookups.inc({ outcome: 'miss' })
  metrics.events.inc({ destination, type, outcome: 'accepted' })
  metrics.publishDuration.observe({ destination }, 0.003)
}

const event = sampleEvent()
const signal = new AbortController().signal
const delivery = { body: Buffer.from('{}') } as Parameters<Verifier['verify']>[0]
const verifier: Verifier = {
  admit: () => undefined,
  verify: async ({ body }) => ({ body, scheme: 'static', key: '01234567' }),
  renew() {},
  close() {}
}
const broker: Destination = {
  name: destination,
  connected: true,
  publish: async () => ({ destination, outcome: 'accepted', messageId: '1' }),
  reconnect() {},
  close: async () => {}
}
type Receive = Parameters<typeof traceReceive>[0]
const [webhook, at] = [{ id: 'msg_1', trace: {} }, { path: endpoint }] as unknown as Parameters<Receive>
const run = (receive: Receive) => receive(webhook, at, {}, () => {}, signal)
const receiveBy =
  (verifier: Verifier, broker: Destination): Receive =>
  async () => {
    await verifier.verify(delivery, signal)
    await broker.publish(event, signal)
  }
const spans = createSpans(trace.getTracer('bench'), pino({ level: 'silent' }))
const traced = traceReceive(
  receiveBy(traceVerifier(verifier, spans), traceDestination(broker, { system: 'memory' }, spans)),
  spans
)
const bare = receiveBy(verifier, broker)

const print = (name: string, rounds: readonly number[]) => {
  const sorted = rounds.toSorted((a, b) => a - b).map(each => each.toFixed(2))
  process.stdout.write(`${name.padEnd(26)} ${sorted.join(' ')}\n`)
}
process.stdout.write(`µs of CPU for each webhook, ${ROUNDS} rounds of ${TIMES}, sorted\n`)
print('metrics', await cost(countOne))
print('traces', await cost(() => run(traced)))
print('the same without traces', await cost(() => run(bare)))
