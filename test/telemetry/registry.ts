import { createMetrics } from '../../src/telemetry/metrics.ts'

/** All metrics of the bridge, with nothing counted yet. */
export function emptyMetrics() {
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
  return createMetrics('', limits, { receivingRequests: none, inFlightRequests: none, inFlightBytes: none })
}

/** Their registry, Node's own among them. */
export function emptyRegistry() {
  return emptyMetrics().registry
}

/** The names of the bridge's own metrics. */
export function ownMetrics(): readonly string[] {
  const names = emptyRegistry()
    .getMetricsAsArray()
    .map(({ name }) => name)
  return names.filter(name => name.startsWith('gemini_event_bridge_'))
}
