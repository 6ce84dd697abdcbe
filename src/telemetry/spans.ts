import {
  type Attributes,
  type Context,
  context,
  isSpanContextValid,
  type Span,
  type SpanContext,
  type SpanKind,
  SpanStatusCode,
  type Tracer,
  trace
} from '@opentelemetry/api'
import type { Log } from '../adapter.ts'
import { RefusalError } from '../errors.ts'

/** Makes the bridge's spans. */
export interface Spans {
  /**
   * Does the work inside a span that ends with it. The work is done once and its outcome is its own, whatever the
   * operator's SDK throws: a trace is never worth a webhook.
   */
  run<T>(options: SpanDescription, work: (span: Noted) => Promise<T>): Promise<T>
}

export interface SpanDescription {
  readonly name: string
  readonly kind: SpanKind
  readonly attributes: Attributes
  /** What the span is inside of; by default, what is active. */
  readonly parent?: Context
}

/** A span that can be told things. */
export interface Noted {
  /** Absent when there is no trace. */
  readonly context: SpanContext | undefined
  set(attributes: Attributes): void
  /** Says that what the span stands for has failed, by the refusal's code: its message is for the log. */
  fail(error: unknown): void
}

/** @param log told of the first fault of an SDK */
export function createSpans(tracer: Tracer, log: Log): Spans {
  let isTold = false
  const guarded = <T>(action: () => T): T | undefined => {
    try {
      return action()
    } catch (error) {
      if (!isTold) log.warn({ error: String(error) }, 'the tracing SDK fails; webhooks go on without their traces')
      isTold = true
      return undefined
    }
  }

  const note = (span: Span, context: SpanContext): Noted => ({
    context,
    set: attributes => void guarded(() => span.setAttributes(attributes)),
    fail(error) {
      // `_OTHER` is what the conventions call a fault without a class.
      const type = error instanceof RefusalError ? error.code : '_OTHER'
      guarded(() => {
        span.setAttribute('error.type', type)
        span.setStatus({ code: SpanStatusCode.ERROR })
      })
    }
  })

  const ended = async <T>(working: Promise<T>, span: Span): Promise<T> => {
    try {
      return await working
    } finally {
      guarded(() => span.end())
    }
  }

  return {
    run({ name, kind, attributes, parent = context.active() }, work) {
      const span = guarded(() => tracer.startSpan(name, { kind, attributes }, parent))
      const spanContext = span && guarded(() => span.spanContext())
      // Without an SDK and a trace of the request's own, there is none; and one that cannot say its name is none either.
      if (span === undefined || spanContext === undefined || !isSpanContextValid(spanContext)) return work(NO_SPAN)
      return ended(context.with(trace.setSpan(parent, span), work, undefined, note(span, spanContext)), span)
    }
  }
}

const NO_SPAN: Noted = { context: undefined, set() {}, fail() {} }
