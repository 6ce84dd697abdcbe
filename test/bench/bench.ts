import { randomUUID } from 'node:crypto'
import { parseArgs } from 'node:util'
import autocannon from 'autocannon'
import { sample } from '../../src/standin/samples.ts'
import { staticSigner } from '../../src/standin/sign.ts'
import { pinLoad, type Server, startServer } from './server.ts'

// Acknowledged webhooks a second with the memory adapter, every check on, beside a bare Fastify POST with a raw body.
// Both run in the same minute and in turn, so that a noisy machine is noisy for both: only the ratio says anything.

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '3' },
    pairs: { type: 'string', default: '5' },
    connections: { type: 'string', default: '32' }
  }
})
const [seconds, pairs, connections] = [Number(values.seconds), Number(values.pairs), Number(values.connections)]

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
const BODY_BYTES = 1024
/** Signed ahead and then repeated: signing is the sender's cost. */
const SIGNED = 5000

interface Measure {
  readonly rate: number
  readonly p50: number
  readonly p99: number
  readonly cpu: number
}

function signedRequests(): autocannon.Request[] {
  const sign = staticSigner(SECRET)
  const timestamp = Math.floor(Date.now() / 1000)
  return Array.from({ length: SIGNED }, () => {
    const id = `msg_${randomUUID()}`
    const bare = JSON.stringify(sample('batch.succeeded', { metadata: { padding: '' } }))
    const body = JSON.stringify(
      sample('batch.succeeded', { metadata: { padding: 'x'.repeat(BODY_BYTES - bare.length) } })
    )
    const headers = {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': sign({ id, body }, timestamp)
    }
    return { method: 'POST', path: '/webhooks/gemini', headers, body }
  })
}

async function measure(server: Server): Promise<Measure> {
  const requests = signedRequests()
  const before = server.cpuSeconds()
  const result = await autocannon({ url: server.url, connections, duration: seconds, requests })
  const cpu = server.cpuSeconds() - before
  const acknowledged = result['2xx']
  if (result.non2xx > 0 || result.errors > 0) {
    throw new Error(`${result.non2xx} answers other than 2xx and ${result.errors} errors: nothing to compare`)
  }
  const { p50, p99 } = result.latency
  // Not by `result.duration`, which begins before the load does.
  return { rate: result.requests.average, p50, p99, cpu: (cpu / acknowledged) * 1000 }
}

const median = (numbers: readonly number[]) =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN
const print = (line: string) => process.stdout.write(`${line}\n`)

async function run(): Promise<void> {
  const bridge = await startServer('src/main.ts', ['serve'], {
    BRIDGE_ADAPTER: 'memory',
    BRIDGE_HOST: '127.0.0.1',
    BRIDGE_ADMIN_PORT: 'off',
    GEMINI_WEBHOOK_SECRET: SECRET
  })
  const bare = await startServer('test/bench/bare.ts', [], {})
  const apart = pinLoad()
  try {
    await measure(bridge)
    await measure(bare)
    const rows: (readonly [bridge: Measure, bare: Measure])[] = []
    for (let pair = 0; pair < pairs; pair++) rows.push([await measure(bridge), await measure(bare)])

    print(
      `${pairs} alternating pairs of ${seconds} s, ${connections} connections, ${BODY_BYTES}-byte bodies, server and load ${apart ? 'on a CPU each' : 'not pinned'}; medians`
    )
    print('                      req/s   p50 ms   p99 ms   CPU-s per 1,000')
    for (const [name, side] of [
      ['bridge, memory', 0],
      ['bare Fastify', 1]
    ] as const) {
      const [rate, p50, p99, cpu] = (['rate', 'p50', 'p99', 'cpu'] as const).map(key =>
        median(rows.map(row => row[side][key]))
      )
      print(
        `${name.padEnd(16)} ${rate?.toFixed(0).padStart(10)} ${p50?.toFixed(1).padStart(8)} ${p99?.toFixed(1).padStart(8)} ${cpu?.toFixed(3).padStart(17)}`
      )
    }
    const ratios = rows.map(([a, b]) => a.rate / b.rate)
    const cpus = rows.map(([a, b]) => a.cpu / b.cpu)
    print(
      `bridge / bare: rate ${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}), CPU per webhook ${median(cpus).toFixed(2)}`
    )
  } finally {
    await Promise.all([bridge.stop(), bare.stop()])
  }
}

await run()
