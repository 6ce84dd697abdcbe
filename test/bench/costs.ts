import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { root } from '../spawn.ts'
import type { Comparison } from './comparison.ts'
import { SECRET } from './load.ts'
import { startServer } from './server.ts'

// What the bridge would cost without one of its parts: the bridge with it, beside the bridge without.

const BRIDGE = {
  BRIDGE_HOST: '127.0.0.1',
  BRIDGE_ADMIN_PORT: 'off',
  GEMINI_WEBHOOK_SECRET: SECRET,
  BRIDGE_ADAPTER: 'memory'
}
const CONNECTIONS = [32]

async function pair(
  names: Comparison['names'],
  [first, second]: readonly [() => ReturnType<typeof startServer>, () => ReturnType<typeof startServer>],
  stop = async () => {}
): Promise<Comparison> {
  const servers = [await first(), await second()] as const
  const stopAll = async () => {
    await Promise.all(servers.map(server => server.stop()))
    await stop()
  }
  return { names, servers, connections: CONNECTIONS, stop: stopAll }
}

const bridge =
  (env: NodeJS.ProcessEnv = {}, checkout = root) =>
  () =>
    startServer(join(checkout, 'src/main.ts'), ['serve'], { ...BRIDGE, ...env })
const preload = (file: string) => ({ NODE_OPTIONS: `--import=${pathToFileURL(join(root, file))}` })

/** A collector that takes every span and keeps none. */
async function serveCollector() {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.setHeader('content-type', 'application/json').end('{}'))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: async () => void server.close() }
}

/** @param baseline the folder of another checkout, for `against` */
export const costs: Readonly<Record<string, (baseline: string | undefined) => Promise<Comparison>>> = {
  metrics: () => pair(['with metrics', 'without'], [bridge(), bridge(preload('test/bench/without-metrics.js'))]),
  async tracing() {
    const collector = await serveCollector()
    const otel = { ...preload('deploy/tracing/otel.js'), OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }
    const few = { ...otel, OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.01' }
    return pair(['1 % of traces', 'without'], [bridge(few), bridge()], collector.close)
  },
  async 'every-trace'() {
    const collector = await serveCollector()
    const otel = { ...preload('deploy/tracing/otel.js'), OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }
    const all = { ...otel, OTEL_TRACES_SAMPLER: 'always_on' }
    return pair(['with every trace', 'without'], [bridge(all), bridge()], collector.close)
  },
  against(baseline) {
    if (baseline === undefined) throw new Error('Name the other checkout: npm run bench -- against --baseline FOLDER.')
    return pair(['this checkout', 'the baseline'], [bridge(), bridge({}, baseline)])
  }
}
