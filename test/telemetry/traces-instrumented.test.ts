import { type IncomingMessage, Server } from 'node:http'
import { context, trace } from '@opentelemetry/api'
import { afterAll, expect, test, vi } from 'vitest'
import { codeOf, genuine, startTestBridge } from '../ingress/harness.ts'
import { bytesOf, wire } from '../ingress/wire.ts'
import { startInMemorySdk } from './in-memory-sdk.ts'

const spans = startInMemorySdk()
const { emit } = Server.prototype
const tracer = trace.getTracer('an operator')

// What instrumentations of HTTP do: each request is handled with a span of its own being active.
vi.spyOn(Server.prototype, 'emit').mockImplementation(function (this: Server, ...args: unknown[]) {
  const handle = () => Reflect.apply(emit, this, args)
  const [name, request] = args as [string, IncomingMessage]
  if (name !== 'request') return handle()
  const span = tracer.startSpan(`request ${request.headers['webhook-id']}`)
  const handled = context.with(trace.setSpan(context.active(), span), handle)
  span.end()
  return handled
})
afterAll(() => vi.restoreAllMocks())

test('however many come at once, each is inside the span that an operator has made for it', async () => {
  await using bridge = await startTestBridge()
  const wires = await Promise.all(Array.from({ length: 60 }, () => wire(bridge.url)))
  const headers = [['traceparent', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01']] as const
  // Only the second round comes in one turn of the event loop: of new connections, there is one in each.
  for (const round of ['first', 'second']) {
    const requests = wires.map((_, index) => bytesOf(genuine({ id: `msg_${round}_${index}`, headers })))
    for (const [index, request] of requests.entries()) wires[index]?.write(request)
    const replies = await Promise.all(wires.map(wire => wire.reply()))
    expect(new Set(replies.map(codeOf))).toEqual(new Set(['204']))
  }
  await Promise.all(wires.map(wire => wire[Symbol.asyncDispose]()))
  const nameOf = new Map(spans.all.map(span => [span.spanContext().spanId, span.name]))
  const parents = spans.all
    .filter(({ name }) => name === 'POST /hooks')
    .map(({ attributes, parentSpanContext }) => [
      `request ${attributes['cloudevents.event_id']}`,
      nameOf.get(parentSpanContext?.spanId ?? '')
    ])
  expect(parents).toHaveLength(120)
  for (const [expected, parent] of parents) expect(parent).toBe(expected)
})
