import { parseArgs } from 'node:util'
import { startKafka } from '../brokers/kafka/broker.ts'
import { connectPeer } from '../brokers/kafka/peer.ts'
import { startPeer as startKafkaPeer } from '../brokers/kafka/peer-process.ts'
import { openFaultProxy } from '../brokers/proxy.ts'
import { emulatorJar, startEmulator } from '../brokers/pubsub/emulator.ts'
import { connectPeer as connectPubsubPeer, PROJECT } from '../brokers/pubsub/peer.ts'
import { startPeer } from '../brokers/pubsub/peer-process.ts'
import { startPstest } from '../brokers/pubsub/pstest.ts'
import type { Comparison } from './comparison.ts'
import { costs } from './costs.ts'
import { BODY_BYTES, type Measure, measure, SECRET } from './load.ts'
import { servePutEvents } from './put-events.ts'
import { pinLoad, startServer } from './server.ts'

// Acknowledged webhooks a second, every check on, beside a server written by hand: `npm run bench` with the memory
// adapter beside a bare Fastify, `npm run bench -- kafka`, `-- pubsub` or `-- eventbridge` into a broker (for
// EventBridge, whatever accepts at once) beside Fastify and the bare client. Both run in the same minutes and in turn, so
// that a noisy machine is noisy for both: only the ratio says anything. `-- metrics`, `-- tracing` and `-- every-trace`
// compare the bridge with itself without them (`tracing` keeps one trace in a hundred), `-- against --baseline FOLDER` with
// another checkout; `-- parts` is more exact, and in this process.

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '3' },
    pairs: { type: 'string', default: '5' },
    connections: { type: 'string', multiple: true },
    baseline: { type: 'string' }
  }
})
const [seconds, pairs] = [Number(values.seconds), Number(values.pairs)]

const PARTITIONS = 6
const CONNECTIONS = [1, 8, 32, 128]
/** A region of a cloud is so far away: there and back. */
const LATENCY_MS = 10
const BRIDGE = { BRIDGE_HOST: '127.0.0.1', BRIDGE_ADMIN_PORT: 'off', GEMINI_WEBHOOK_SECRET: SECRET }

const comparisons: Readonly<Record<string, (baseline: string | undefined) => Promise<Comparison>>> = {
  ...costs,
  async memory() {
    const bridge = await startServer('src/main.ts', ['serve'], { ...BRIDGE, BRIDGE_ADAPTER: 'memory' })
    const bare = await startServer('test/bench/bare.ts', [], {})
    return {
      names: ['bridge, memory', 'bare Fastify'],
      servers: [bridge, bare],
      connections: [32],
      stop: async () => void (await Promise.all([bridge.stop(), bare.stop()]))
    }
  },
  async kafka() {
    const [kafka, peer] = await Promise.all([startKafka(), startKafkaPeer()])
    const topics = ['bridge', 'bare']
    for (const topic of topics) {
      await connectPeer(peer.port, kafka.at.plaintext).createTopic(topic, { partitions: PARTITIONS })
    }
    const env = { ...BRIDGE, BRIDGE_ADAPTER: 'kafka', KAFKA_BROKERS: kafka.at.plaintext }
    const bridge = await startServer('src/main.ts', ['serve'], { ...env, KAFKA_TOPIC: 'bridge' })
    const bare = await startServer('test/bench/bare-kafka.ts', [], { ...env, KAFKA_TOPIC: 'bare' })
    return {
      names: ['bridge, kafka', 'bare, kafkajs'],
      servers: [bridge, bare],
      connections: CONNECTIONS,
      stop: async () => void (await Promise.all([bridge.stop(), bare.stop(), kafka.stop(), peer.stop()]))
    }
  },
  async pubsub() {
    const jar = emulatorJar()
    const [pubsub, peer] = await Promise.all([jar === undefined ? startPstest() : startEmulator(jar), startPeer()])
    for (const topic of ['bridge', 'bare']) await connectPubsubPeer(peer.port, pubsub.at).createTopic(topic)
    const proxy = await openFaultProxy({ port: 0, target: pubsub.port })
    await proxy.delay(LATENCY_MS / 2)
    const at = `127.0.0.1:${proxy.port}`
    const env = { ...BRIDGE, BRIDGE_ADAPTER: 'pubsub', PUBSUB_EMULATOR_HOST: at, PUBSUB_PROJECT_ID: PROJECT }
    const bridge = await startServer('src/main.ts', ['serve'], { ...env, PUBSUB_TOPIC: 'bridge' })
    const bare = await startServer('test/bench/bare-pubsub.ts', [], { ...env, PUBSUB_TOPIC: 'bare' })
    return {
      names: ['bridge, pubsub', 'bare client'],
      servers: [bridge, bare],
      connections: CONNECTIONS,
      stop: async () =>
        void (await Promise.all([bridge.stop(), bare.stop(), proxy.close(), pubsub.stop(), peer.stop()]))
    }
  },
  async eventbridge() {
    const aws = await servePutEvents(LATENCY_MS)
    const credentials = {
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'x'
    }
    const env = { ...BRIDGE, ...credentials, BRIDGE_ADAPTER: 'eventbridge', AWS_ENDPOINT_URL_EVENTBRIDGE: aws.endpoint }
    const bridge = await startServer('src/main.ts', ['serve'], env)
    const bare = await startServer('test/bench/bare-eventbridge.ts', [], env)
    return {
      names: ['bridge, eventbridge', 'bare client'],
      servers: [bridge, bare],
      connections: CONNECTIONS,
      async stop() {
        await Promise.all([bridge.stop(), bare.stop()])
        aws.stop()
      }
    }
  }
}

const median = (numbers: readonly number[]) =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN
const print = (line: string) => process.stdout.write(`${line}\n`)
const columns = [
  ['rate', 8, 0],
  ['p50', 9, 2],
  ['p99', 9, 2],
  ['cpu', 18, 3]
] as const

async function compare({ names, servers, connections }: Comparison): Promise<void> {
  print(`${''.padEnd(19)} connections   req/s   p50 ms   p99 ms   CPU-s per 1,000`)
  for (const count of values.connections?.map(Number) ?? connections) {
    for (const server of servers) await measure(server, count, 1)
    const rows: Measure[][] = []
    for (let pair = 0; pair < pairs; pair++) {
      rows.push([await measure(servers[0], count, seconds), await measure(servers[1], count, seconds)])
    }
    for (const [side, name] of names.entries()) {
      const cells = columns.map(([key, width, digits]) =>
        median(rows.map(row => row[side]?.[key] ?? Number.NaN))
          .toFixed(digits)
          .padStart(width)
      )
      print(`${name.padEnd(19)} ${String(count).padStart(11)}${cells.join('')}`)
    }
    const ratios = columns.map(([key]) => rows.map(([bridge, bare]) => (bridge?.[key] ?? 0) / (bare?.[key] ?? 0)))
    const cells = columns.map(([, width], at) =>
      median(ratios[at] ?? [])
        .toFixed(2)
        .padStart(width)
    )
    print(`${'ratio'.padEnd(31)}${cells.join('')}`)
    const ofCpu = rows.map(([bridge, bare]) => (bridge?.cpu ?? 0) / (bare?.cpu ?? 0)).sort((a, b) => a - b)
    print(`${'CPU ratio of each pair'.padEnd(31)} ${ofCpu.map(ratio => ratio.toFixed(3)).join(' ')}`)
  }
}

const [name = 'memory'] = positionals
if (name === 'parts') {
  await import('./parts.ts')
  process.exit()
}
const open = comparisons[name]
if (open === undefined) throw new Error(`There is no benchmark "${name}", only ${Object.keys(comparisons).join(', ')}.`)
// First, so that the brokers run on the load's CPU.
const apart = pinLoad()
print(
  `${pairs} alternating pairs of ${seconds} s, ${BODY_BYTES}-byte bodies, server and the rest ${apart ? 'on a CPU each' : 'not pinned'}; medians`
)
const comparison = await open(values.baseline)
try {
  await compare(comparison)
} finally {
  await comparison.stop()
}
