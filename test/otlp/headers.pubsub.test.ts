import { expect } from 'vitest'
import { sampleEvent } from '../../src/testing/sample-event.ts'
import { connect, publish } from '../adapters/pubsub/connect.ts'
import { it as base } from '../brokers/pubsub/shared.ts'
import { startInMemorySdk } from '../telemetry/in-memory-sdk.ts'
import { inSpan } from './sending.ts'

startInMemorySdk()
const it = base.extend('at', ({ pstest }) => pstest)

it('the message names the span that sent it, and its event the trace that it began in', async ({
  at,
  peer,
  subscription
}) => {
  const adapter = await connect(at, subscription)
  const event = sampleEvent()
  const { traceId, spanId } = await inSpan(() => publish(adapter, event))
  const [message] = await peer.read(subscription)
  expect(message?.attributes).toMatchObject({
    googclient_traceparent: `00-${traceId}-${spanId}-01`,
    'ce-traceparent': event.traceparent
  })
  expect(message?.attributes).not.toHaveProperty('googclient_tracestate')
})
