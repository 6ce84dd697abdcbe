import { createMetrics } from '../../src/telemetry/metrics.ts'
import { table } from './table.ts'

/** The bridge's own metrics, read from its registry. */
export async function metricsTable(): Promise<string> {
  const none = () => 0
  const limits = {
    body: 0,
    connections: 0,
    receiving: { requests: 0, bytes: 0 },
    inFlightRequests: 0,
    inFlightBytes: 0,
    receive: 0,
    acknowledge: 0,
    drain: 0,
    keepAlive: 0,
    retryAfter: 0
  }
  const { registry } = createMetrics('', limits, {
    receivingRequests: none,
    inFlightRequests: none,
    inFlightBytes: none
  })
  const rows = registry
    .getMetricsAsArray()
    .filter(({ name }) => name.startsWith('gemini_event_bridge_'))
    .map(metric => [`\`${metric.name}\``, labelsOf(metric), metric.help])
  return table(['metric', 'labels', 'meaning'], rows)
}

function labelsOf(metric: object): string {
  const names = 'labelNames' in metric && Array.isArray(metric.labelNames) ? metric.labelNames : []
  return names.map(name => `\`${name}\``).join(', ')
}
