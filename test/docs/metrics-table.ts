import { emptyRegistry } from '../telemetry/registry.ts'
import { table } from './table.ts'

/** The bridge's own metrics, read from its registry. */
export async function metricsTable(): Promise<string> {
  const rows = emptyRegistry()
    .getMetricsAsArray()
    .filter(({ name }) => name.startsWith('gemini_event_bridge_'))
    .map(metric => [`\`${metric.name}\``, labelsOf(metric), metric.help])
  return table(['metric', 'labels', 'meaning'], rows)
}

function labelsOf(metric: object): string {
  const names = 'labelNames' in metric && Array.isArray(metric.labelNames) ? metric.labelNames : []
  return names.map(name => `\`${name}\``).join(', ')
}
