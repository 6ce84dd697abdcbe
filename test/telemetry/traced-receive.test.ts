import { context, ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api'
import fc from 'fast-check'
import pino from 'pino'
import { expect, test } from 'vitest'
import { readTraceContext } from '../../src/normalize/trace-context.ts'
import type { Endpoint, Receipt, Webhook } from '../../src/receive.ts'
import { createSpans } from '../../src/telemetry/spans.ts'
import { traceReceive } from '../../src/telemetry/traced-receive.ts'
import { sampleEvent } from '../../src/testing/sample-event.ts'
import { traceContext } from '../../src/trace-context.ts'
import { startInMemorySdk } from './in-memory-sdk.ts'

const spans = startInMemorySdk()
const tracing = createSpans(trace.getTracer('test'), pino({ level: 'silent' }))

/** Receives a webhook with these headers; its receipt, and what its work makes of its event's context. */
async function receive(headers: NodeJS.Dict<string | string[]>, work: () => Promise<void> = async () => {}) {
  const webhook = { id: 'msg_1', trace: readTraceContext(headers) } as Webhook
  const receipt: Receipt = {}
  let told: object = {}
  const traced = traceReceive(async () => {
    told = traceContext({ ...sampleEvent(), ...webhook.trace })
    await work()
  }, tracing)
  const run = () => traced(webhook, { path: '/hooks' } as Endpoint, receipt, () => {}, new AbortController().signal)
  await context.with(ROOT_CONTEXT, run)
  return { receipt, told }
}

test('the receipt says which span it is', async () => {
  const { receipt } = await receive({})
  const { traceId, spanId } = spans.one('POST /hooks').spanContext()
  expect(receipt.trace).toEqual({ traceId, spanId, sampled: true })
})

test('a fault of the bridge is a 503 without a code', async () => {
  const fault = receive({}, () => Promise.reject(new TypeError('x is not a function')))
  await expect(fault).rejects.toThrow(TypeError)
  expect(spans.one('POST /hooks')).toMatchObject({
    status: { code: SpanStatusCode.ERROR },
    attributes: { 'http.response.status_code': 503, 'error.type': '_OTHER' }
  })
})

test.each([
  ['later versions, and flags that nobody knows', 'cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-fe-what-else'],
  ['one that is not sampled', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00']
])('%s: the trace is the same, and not sampled there', async (_what, traceparent) => {
  await receive({ traceparent })
  expect(spans.one('POST /hooks').parentSpanContext).toEqual({
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: 'b7ad6b7169203331',
    traceFlags: 0,
    isRemote: true
  })
})

const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length })
const parent = fc.tuple(hex(2), hex(32), hex(16), hex(2)).map(parts => parts.join('-'))
const member = fc
  .tuple(fc.string({ minLength: 1, maxLength: 20 }), fc.string({ maxLength: 30 }))
  .map(pair => pair.join('='))
const hostile = fc.record({
  traceparent: fc.oneof(parent, fc.string(), fc.constant(undefined), fc.array(parent)),
  tracestate: fc.oneof(
    fc.array(member, { maxLength: 40 }).map(members => members.join(',')),
    fc.string({ unit: 'binary', maxLength: 600 }),
    fc.constant(undefined)
  )
})

test('whatever a stranger sends as context, the webhook is received, and what brokers are told is W3C', async () => {
  await fc.assert(
    fc.asyncProperty(hostile, async headers => {
      const { receipt, told } = await receive(headers)
      expect(receipt.trace).toMatchObject({ traceId: expect.stringMatching(/^[\da-f]{32}$/), sampled: true })
      expect(readTraceContext({ ...told })).toEqual(told)
      expect(told).toHaveProperty('traceparent', expect.stringContaining(receipt.trace?.spanId ?? 'none'))
    }),
    { numRuns: 500 }
  )
})
