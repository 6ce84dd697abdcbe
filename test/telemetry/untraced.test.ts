import { trace } from '@opentelemetry/api'
import pino from 'pino'
import { expect, test } from 'vitest'
import type { Endpoint, Receipt, Webhook } from '../../src/receive.ts'
import { createSpans } from '../../src/telemetry/spans.ts'
import { traceReceive } from '../../src/telemetry/traced-receive.ts'
import { sampleEvent } from '../../src/testing/sample-event.ts'
import { traceContext } from '../../src/trace-context.ts'

// No SDK is registered in this file's process.
const tracing = createSpans(trace.getTracer('test'), pino({ level: 'silent' }))
const traceId = '0af7651916cd43dd8448eb211c80319c'

async function receive(request: Webhook['trace']) {
  const receipt: Receipt = {}
  const event = sampleEvent(undefined, { ...request })
  let told: object | undefined
  const traced = traceReceive(async () => {
    told = traceContext(event)
  }, tracing)
  const webhook = { id: 'msg_1', trace: request } as Webhook
  await traced(webhook, { path: '/hooks' } as Endpoint, receipt, () => {}, new AbortController().signal)
  return { receipt, told, event }
}

test.each([
  ['01', true],
  ['00', false]
])(
  "without an SDK, the log's trace is the request's own, and so is what brokers are told: %s",
  async (flags, sampled) => {
    const traceparent = `00-${traceId}-b7ad6b7169203331-${flags}`
    const { receipt, told, event } = await receive({ traceparent })
    expect(receipt.trace).toEqual({ traceId, spanId: undefined, sampled })
    expect(told).toEqual({ traceparent, tracestate: event.tracestate })
  }
)

test('without either there is no trace', async () => {
  const { receipt } = await receive({})
  expect(receipt).not.toHaveProperty('trace')
  expect(traceContext({})).toEqual({})
})
