import { TraceFlags, trace } from '@opentelemetry/api'

/**
 * Whether what happens now belongs to a trace that is kept. In any other, a span of its own would cost what nobody sees: the
 * webhook's own stands for it. Not by `isRecording`, which ends with the webhook's span, while best effort goes on.
 */
export function isSampled(): boolean {
  const active = trace.getActiveSpan()?.spanContext()
  return active !== undefined && (active.traceFlags & TraceFlags.SAMPLED) !== 0
}
