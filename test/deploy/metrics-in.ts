import { emptyRegistry } from '../telemetry/registry.ts'

/**
 * The metrics that an expression of Prometheus names: the bridge's own and Node's. A histogram goes by its own name, and
 * not by those of its buckets, sum and count.
 */
export function metricsIn(expression: string): readonly string[] {
  const histograms = new Set(
    emptyRegistry()
      .getMetricsAsArray()
      .filter(metric => 'buckets' in metric)
      .map(({ name }) => name)
  )
  return Array.from(expression.matchAll(/\b(?:gemini_event_bridge|nodejs|process)_\w+/g), ([name]) => {
    const stem = name.replace(/_(bucket|sum|count)$/, '')
    return histograms.has(stem) ? stem : name
  })
}
