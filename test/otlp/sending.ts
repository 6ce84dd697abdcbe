import { context, type SpanContext, trace } from '@opentelemetry/api'

/** Does something inside a span, as `publish` is called. */
export async function inSpan(work: () => Promise<unknown>): Promise<SpanContext> {
  const span = trace.getTracer('test').startSpan('send')
  await context.with(trace.setSpan(context.active(), span), work)
  span.end()
  return span.spanContext()
}
