import { isSpanContextValid, trace } from '@opentelemetry/api'
import type { TraceContext } from './normalize/trace-context.ts'

export type { TraceContext }

/** The trace that a log line belongs to, as W3C Trace Context writes it. */
export interface TraceReference {
  /** 32 hex digits. */
  readonly traceId: string
  /** 16 hex digits; absent when the bridge has no span of its own. */
  readonly spanId?: string | undefined
  readonly sampled: boolean
}

/**
 * What an adapter puts into its broker's own headers, for consumers to go on from: the context of the span that is active
 * (in `publish`, that is `send`), and without one the event's own. In W3C form, whatever other propagator is in use. The
 * event itself keeps the context that its webhook came with.
 * @see https://www.w3.org/TR/trace-context/
 */
export function traceContext({ traceparent, tracestate }: TraceContext): TraceContext {
  const active = trace.getActiveSpan()?.spanContext()
  if (active !== undefined && isSpanContextValid(active)) {
    const { traceId, spanId, traceFlags, traceState } = active
    const state = traceState?.serialize()
    const flags = traceFlags.toString(16).padStart(2, '0')
    return { traceparent: `00-${traceId}-${spanId}-${flags}`, ...(state && { tracestate: state }) }
  }
  return { ...(traceparent !== undefined && { traceparent }), ...(tracestate !== undefined && { tracestate }) }
}
