import { SpanKind, type Tracer } from '@opentelemetry/api'
import type { Messaging } from '../adapter.ts'
import type { Destination } from '../deliver/destination.ts'
import { failSpan } from './fail-span.ts'
import { isSampled } from './sampled.ts'

/**
 * The same destination, with a span around each publish whose trace is kept. It ends when the publish settles, so one that is accepted after
 * its deadline has failed all the same.
 * @see https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/
 */
export function traceDestination(traced: Destination, messaging: Messaging, tracer: Tracer): Destination {
  const { name } = traced
  const spanName = `send ${name}`
  const attributes = {
    'messaging.operation.name': 'send',
    'messaging.operation.type': 'send',
    'messaging.system': messaging.system,
    ...(messaging.destination !== undefined && { 'messaging.destination.name': messaging.destination })
  }
  const options = { kind: SpanKind.PRODUCER, attributes }
  return {
    name,
    get connected() {
      return traced.connected
    },
    publish(event, signal, onLateAcceptance) {
      if (!isSampled()) return traced.publish(event, signal, onLateAcceptance)
      return tracer.startActiveSpan(spanName, options, async span => {
        span.setAttribute('cloudevents.event_id', event.id)
        span.setAttribute('cloudevents.event_source', event.source)
        span.setAttribute('cloudevents.event_type', event.type)
        try {
          const result = await traced.publish(event, signal, onLateAcceptance)
          if (result.messageId !== undefined) span.setAttribute('messaging.message.id', result.messageId)
          if (result.refusal) failSpan(span, result.refusal)
          return result
        } finally {
          span.end()
        }
      })
    },
    close: () => traced.close()
  }
}
