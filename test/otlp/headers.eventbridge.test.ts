import { expect } from 'vitest'
import { sampleEvent } from '../../src/testing/sample-event.ts'
import { it, publish } from '../adapters/eventbridge/fronted.ts'
import { startInMemorySdk } from '../telemetry/in-memory-sdk.ts'
import { inSpan } from './sending.ts'

startInMemorySdk()

it('the entry names the span that sent it, in the form of X-Ray', async ({ front, connect }) => {
  const adapter = await connect({})
  const { traceId, spanId } = await inSpan(() => publish(adapter, sampleEvent()))
  const header = `Root=1-${traceId.slice(0, 8)}-${traceId.slice(8)};Parent=${spanId};Sampled=1`
  expect(front.requests.flat()).toMatchObject([{ TraceHeader: header }])
})
