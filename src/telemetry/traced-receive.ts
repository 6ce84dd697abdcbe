import {
  type Context,
  context,
  createTraceState,
  type SpanContext,
  SpanKind,
  TraceFlags,
  trace
} from '@opentelemetry/api'
import { RefusalError, refusals } from '../errors.ts'
import type { TraceContext } from '../normalize/trace-context.ts'
import type { Receipt } from '../receive.ts'
import type { ServerContext } from '../server.ts'
import type { Noted, Spans } from './spans.ts'

type Receive = ServerContext['receive']

/**
 * The same function, with a span around each webhook: from when its request is whole until its answer is known. Requests
 * that are refused before they are read have none. It names the path, and never the query, which has the callback token.
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-server-span
 */
export function traceReceive(receive: Receive, spans: Spans): Receive {
  return (webhook, endpoint, receipt, ...rest) => {
    const { path } = endpoint
    const attributes = {
      'http.request.method': 'POST',
      'http.route': path,
      'url.path': path,
      'url.scheme': 'http',
      'cloudevents.event_id': webhook.id
    }
    const parent = parentOf(webhook.trace)
    const traced = async (span: Noted, spanContext: SpanContext) => {
      noteTrace(receipt, spanContext)
      try {
        await receive(webhook, endpoint, receipt, ...rest)
        span.set({ 'http.response.status_code': 204 })
      } catch (error) {
        noteRefusal(span, error)
        throw error
      }
    }
    return spans.run({ name: `POST ${path}`, kind: SpanKind.SERVER, attributes, parent }, span =>
      span.context ? traced(span, span.context) : receive(webhook, endpoint, receipt, ...rest)
    )
  }
}

/** The span that is active, such as that of an operator's own instrumentation; else the request's own context. */
function parentOf({ traceparent, tracestate }: TraceContext): Context {
  const active = context.active()
  if (traceparent === undefined || trace.getSpan(active)) return active
  return trace.setSpanContext(active, {
    traceId: traceparent.slice(3, 35),
    spanId: traceparent.slice(36, 52),
    // What the other flags mean depends on the version.
    traceFlags: Number.parseInt(traceparent.slice(53, 55), 16) & TraceFlags.SAMPLED,
    isRemote: true,
    ...(tracestate !== undefined && { traceState: createTraceState(tracestate) })
  })
}

/** Without an SDK, the span's context is the request's own, if it has one, whose span is not the bridge's. */
function noteTrace(receipt: Receipt, { traceId, spanId, traceFlags, isRemote }: SpanContext): void {
  receipt.trace = {
    traceId,
    spanId: isRemote ? undefined : spanId,
    sampled: (traceFlags & TraceFlags.SAMPLED) !== 0
  }
}

/** A 4xx is the sender's failure, and not the server's. */
function noteRefusal(span: Noted, error: unknown): void {
  const { statusCode } = error instanceof RefusalError ? error : refusals.ERR_DESTINATION
  span.set({ 'http.response.status_code': statusCode })
  if (statusCode >= 500) span.fail(error)
}
