/** Without a broker: the bridge beside the least that Fastify can do, and beside itself without one of its parts. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Choice, type Comparison, type Contender, chosen } from './contender.ts'
import { type BridgeSettings, bare, bridge } from './programs.ts'

const MEMORY = { destination: { adapter: 'memory' } }

function side(choice: Choice, contenders: readonly Contender[], close = async () => {}): Comparison {
  const baseline = contenders.at(-1)?.name ?? ''
  return { contenders: chosen(contenders, choice), baseline, connections: [32], close }
}

/** The bridge with settings of its own, and without. */
function pair(choice: Choice, name: string, settings: Partial<BridgeSettings>, close?: () => Promise<void>) {
  const [own, plain] = [bridge(choice.main, { ...MEMORY, ...settings }), bridge(choice.main, MEMORY)]
  const contenders = [
    { name, program: own },
    { name: 'bridge', program: plain }
  ]
  return side(choice, contenders, close)
}

/** A collector that takes every span and keeps none. */
async function serveCollector() {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.setHeader('content-type', 'application/json').end('{}'))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: async () => void server.close() }
}

async function traced(choice: Choice, name: string, sampler: NodeJS.ProcessEnv): Promise<Comparison> {
  const { url, close } = await serveCollector()
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: url, ...sampler }
  return pair(choice, name, { preload: 'deploy/tracing/otel.js', env }, close)
}

export const withoutBroker: Readonly<Record<string, (choice: Choice) => Promise<Comparison>>> = {
  memory: async choice =>
    side(choice, [
      { name: 'bridge', program: bridge(choice.main, MEMORY) },
      { name: 'bare Fastify', program: bare('fastify') }
    ]),
  metrics: async choice => pair(choice, 'without metrics', { preload: 'test/bench/without-metrics.js' }),
  tracing: choice =>
    traced(choice, '1 % of traces', { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.01' }),
  'every-trace': choice => traced(choice, 'every trace', { OTEL_TRACES_SAMPLER: 'always_on' }),
  async against(choice) {
    const { main, baseline: checkout } = choice
    if (checkout === undefined) throw new Error('Name the other checkout: npm run bench -- against --baseline FOLDER.')
    return side(choice, [
      { name: 'this checkout', program: bridge(main, MEMORY) },
      { name: 'the baseline', program: bridge(main, { ...MEMORY, checkout }) }
    ])
  }
}
