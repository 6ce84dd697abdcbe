import { parseArgs } from 'node:util'
import { startKafka } from '../brokers/kafka/broker.ts'
import { connectPeer } from '../brokers/kafka/peer.ts'
import { startPeer } from '../brokers/kafka/peer-process.ts'
import { BODY_BYTES, type Measure, measure, SECRET } from './load.ts'
import { pinLoad, type Server, startServer } from './server.ts'

// Acknowledged webhooks a second, every check on, beside a server written by hand: `npm run bench` with the memory
// adapter beside a bare Fastify, `npm run bench -- kafka` into a real Kafka beside Fastify and kafkajs. Both run in the
// same minutes and in turn, so that a noisy machine is noisy for both: only the ratio says anything.

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '3' },
    pairs: { type: 'string', default: '5' },
    connections: { type: 'string', multiple: true }
  }
})
const [seconds, pairs] = [Number(values.seconds), Number(values.pairs)]

/** The bridge, and what it is compared with. */
interface Comparison {
  readonly names: readonly [string, string]
  readonly servers: readonly [Server, Server]
  readonly connections: readonly number[]
  stop(): Promise<void>
}

const PARTITIONS = 6
const BRIDGE = { BRIDGE_HOST: '127.0.0.1', BRIDGE_ADMIN_PORT: 'off', GEMINI_WEBHOOK_SECRET: SECRET }

const comparisons: Readonly<Record<string, () => Promise<Comparison>>> = {
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
    const [kafka, peer] = await Promise.all([startKafka(), startPeer()])
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
      connections: [1, 8, 32, 128],
      stop: async () => void (await Promise.all([bridge.stop(), bare.stop(), kafka.stop(), peer.stop()]))
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
  print(`${''.padEnd(15)} connections   req/s   p50 ms   p99 ms   CPU-s per 1,000`)
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
      print(`${name.padEnd(15)} ${String(count).padStart(11)}${cells.join('')}`)
    }
    const ratios = columns.map(([key]) => rows.map(([bridge, bare]) => (bridge?.[key] ?? 0) / (bare?.[key] ?? 0)))
    const cells = columns.map(([, width], at) =>
      median(ratios[at] ?? [])
        .toFixed(2)
        .padStart(width)
    )
    print(`${'ratio'.padEnd(27)}${cells.join('')}`)
  }
}

const [name = 'memory'] = positionals
const open = comparisons[name]
if (open === undefined) throw new Error(`There is no benchmark "${name}", only ${Object.keys(comparisons).join(', ')}.`)
// First, so that the brokers run on the load's CPU.
const apart = pinLoad()
print(
  `${pairs} alternating pairs of ${seconds} s, ${BODY_BYTES}-byte bodies, server and the rest ${apart ? 'on a CPU each' : 'not pinned'}; medians`
)
const comparison = await open()
try {
  await compare(comparison)
} finally {
  await comparison.stop()
}
