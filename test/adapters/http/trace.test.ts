import { trace } from '@opentelemetry/api'
import { expect, test } from 'vitest'
import { sampleEvent } from '../../../src/testing/sample-event.ts'
import { startInMemorySdk } from '../../telemetry/in-memory-sdk.ts'
import { openPair } from './connect.ts'

const spans = startInMemorySdk()
const { signal } = new AbortController()

test('the receiver goes on from the span that sends; the event keeps its own context', async () => {
  const { receiver, adapter } = await openPair()
  const event = sampleEvent()
  await adapter.publish(event, signal)
  await trace.getTracer('test').startActiveSpan('send', async span => {
    await adapter.publish(event, signal)
    span.end()
  })
  const { traceId, spanId } = spans.one('send').spanContext()
  const [own, sending] = receiver.requests.map(({ headers }) => headers)
  expect(own).toMatchObject({ traceparent: event.traceparent, tracestate: event.tracestate })
  expect(sending).toMatchObject({ traceparent: `00-${traceId}-${spanId}-01`, 'ce-traceparent': event.traceparent })
  expect(sending).not.toHaveProperty('tracestate')
})
