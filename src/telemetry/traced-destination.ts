import { SpanKind } from '@opentelemetry/api'
import type { Messaging } from '../adapter.ts'
import type { Destination } from '../deliver/destination.ts'
import { isSampled } from './sampled.ts'
import type { Spans } from './spans.ts'

/**
 * The same destination, with a span around each publish whose trace is kept. It ends when the publish settles, so one
 * that is accepted after its deadline has failed all the same.
 * @see https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/
 */
export function traceDestination(traced: Destination, messaging: Messaging, spans: Spans): Destination {
  const { name } = traced
  const send = {
    name: `send ${name}`,
    kind: SpanKind.PRODUCER,
    attributes: {
      'messaging.operation.name': 'send',
      'messaging.operation.type': 'send',
      'messaging.system': messaging.system,
      ...(messaging.destination !== undefined && { 'messaging.destination.name': messaging.destination })
    }
  }
  return {
    name,
    get connected() {
      return traced.connected
    },
    publish(event, signal, onLateAcceptance) {
      if (!isSampled()) return traced.publish(event, signal, onLateAcceptance)
      return spans.run(send, async span => {
        span.set({
          'cloudevents.event_id': event.id,
          'cloudevents.event_source': event.source,
          'cloudevents.event_type': event.type
        })
        const result = await traced.publish(event, signal, onLateAcceptance)
        if (result.messageId !== undefined) span.set({ 'messaging.message.id': result.messageId })
        if (result.refusal) span.fail(result.refusal)
        return result
      })
    },
    reconnect: options => traced.reconnect(options),
    close: () => traced.close()
  }
}
