import { type Span, SpanKind, TraceFlags, type Tracer, trace } from '@opentelemetry/api'
import pino from 'pino'
import { expect, test } from 'vitest'
import { UnavailableError } from '../../src/errors.ts'
import { createSpans } from '../../src/telemetry/spans.ts'

const broken = (): never => {
  throw new Error('The SDK is out of order.')
}
const SPAN_CONTEXT = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  traceFlags: TraceFlags.SAMPLED
}
const members = ['setAttributes', 'setAttribute', 'setStatus', 'spanContext', 'end'] as const

/** A tracer that fails when it starts a span, or whose spans fail in one of their members. */
function tracerWith(fault: 'startSpan' | (typeof members)[number]): Tracer {
  const span = new Proxy(trace.wrapSpanContext(SPAN_CONTEXT), {
    get: (span: Span, name) => (name === fault ? broken : Reflect.get(span, name).bind(span))
  })
  return { startSpan: () => (fault === 'startSpan' ? broken() : span), startActiveSpan: broken } as Tracer
}

test.each(['startSpan', ...members] as const)(
  'an SDK that fails in %s fails nothing else, and is told of once',
  async fault => {
    const lines: string[] = []
    const spans = createSpans(tracerWith(fault), pino({}, { write: line => lines.push(line) }))
    const description = { name: 'send t', kind: SpanKind.PRODUCER, attributes: {} }
    let done = 0
    for (let i = 1; i <= 3; i += 1) {
      const result = await spans.run(description, async span => {
        done += 1
        span.set({ a: 1 })
        return 'accepted'
      })
      expect([result, done]).toEqual(['accepted', i])
    }
    const refusal = new UnavailableError('The broker is at lunch.')
    const failing = spans.run(description, async span => {
      span.fail(refusal)
      throw refusal
    })
    await expect(failing).rejects.toBe(refusal)
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain('The SDK is out of order.')
  }
)
