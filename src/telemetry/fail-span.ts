import { type Span, SpanStatusCode } from '@opentelemetry/api'
import { RefusalError } from '../errors.ts'

/** Says that what a span stands for has failed, by the refusal's code: its message is for the log. */
export function failSpan(span: Span, error: unknown): void {
  // `_OTHER` is what the conventions call a fault without a class.
  span.setAttribute('error.type', error instanceof RefusalError ? error.code : '_OTHER')
  span.setStatus({ code: SpanStatusCode.ERROR })
}
