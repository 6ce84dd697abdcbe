import { SpanKind, SpanStatusCode } from '@opentelemetry/api'
import { expect, test } from 'vitest'
import { traceContext } from '../../src/adapter.ts'
import { EventError, UnavailableError } from '../../src/errors.ts'
import { staticSigner } from '../../src/standin/sign.ts'
import { codeOf, startTestBridge, until } from '../ingress/harness.ts'
import { OTHER_SECRET } from '../ingress/sign.ts'
import { startInMemorySdk } from './in-memory-sdk.ts'

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c'
const PARENT_ID = 'b7ad6b7169203331'
const traceparent = ['traceparent', `00-${TRACE_ID}-${PARENT_ID}-01`] as const
const tracestate = ['tracestate', 'rojo=00f067aa0ba902b7,congo=t61rcWkgMzE'] as const
const down = () => Promise.reject(new UnavailableError('The broker is at lunch.'))
const failed = (code: string) => ({
  attributes: { 'error.type': code },
  status: { code: SpanStatusCode.ERROR }
})

const spans = startInMemorySdk()

test('a webhook is a span, and verifying and sending it are two inside', async () => {
  await using bridge = await startTestBridge()
  expect(codeOf(await bridge.deliver({ id: 'msg_1', target: '/hooks?token=not-for-everybody' }))).toBe('204')
  expect(spans.tree()).toEqual(['POST /hooks < nothing', 'send t < POST /hooks', 'verify < POST /hooks'])
  expect(new Set(spans.all.map(span => span.spanContext().traceId)).size).toBe(1)
  expect(spans.one('POST /hooks')).toMatchObject({
    kind: SpanKind.SERVER,
    status: { code: SpanStatusCode.UNSET },
    instrumentationScope: { name: 'gemini-event-bridge', version: '0.0.0-test' }
  })
  expect(spans.one('POST /hooks').attributes).toEqual({
    'http.request.method': 'POST',
    'http.route': '/hooks',
    'url.path': '/hooks',
    'url.scheme': 'http',
    'http.response.status_code': 204,
    'cloudevents.event_id': 'msg_1'
  })
  expect(spans.one('verify').kind).toBe(SpanKind.INTERNAL)
  expect(spans.one('verify').attributes).toEqual({ 'gemini_event_bridge.scheme': 'static' })
  expect(spans.one('send t').kind).toBe(SpanKind.PRODUCER)
  expect(spans.one('send t').attributes).toEqual({
    'messaging.operation.name': 'send',
    'messaging.operation.type': 'send',
    'messaging.system': 'fixture',
    'messaging.message.id': '1',
    'cloudevents.event_id': 'msg_1',
    'cloudevents.event_source': '//generativelanguage.googleapis.com',
    'cloudevents.event_type': 'com.google.gemini.batch.succeeded'
  })
})

test("it goes on with the request's trace; the event keeps what it came with, and the broker is told of its sending", async () => {
  await using bridge = await startTestBridge()
  const told: object[] = []
  bridge.broker.publish = event => {
    told.push(traceContext(event))
    return bridge.broker.accept(event)
  }
  await bridge.deliver({ headers: [traceparent, tracestate] })
  const server = spans.one('POST /hooks')
  expect(server.parentSpanContext).toMatchObject({ traceId: TRACE_ID, spanId: PARENT_ID, isRemote: true })
  expect(spans.tree()).toEqual([`POST /hooks < ${PARENT_ID}`, 'send t < POST /hooks', 'verify < POST /hooks'])
  expect(bridge.broker.events).toMatchObject([{ traceparent: traceparent[1], tracestate: tracestate[1] }])
  const { spanId } = spans.one('send t').spanContext()
  expect(told).toEqual([{ traceparent: `00-${TRACE_ID}-${spanId}-01`, tracestate: tracestate[1] }])
})

test('what nobody can verify is no failure of the server', async () => {
  await using bridge = await startTestBridge()
  expect(codeOf(await bridge.deliver({ signer: staticSigner(OTHER_SECRET) }))).toBe('401 ERR_SIGNATURE')
  expect(spans.tree()).toEqual(['POST /hooks < nothing', 'verify < POST /hooks'])
  expect(spans.one('POST /hooks').status).toEqual({ code: SpanStatusCode.UNSET })
  expect(spans.one('POST /hooks').attributes).toMatchObject({ 'http.response.status_code': 401 })
  expect(spans.one('POST /hooks').attributes).not.toHaveProperty('error.type')
  expect(spans.one('verify')).toMatchObject(failed('ERR_SIGNATURE'))
})

test('a destination that is down fails its span, and the webhook its own', async () => {
  await using bridge = await startTestBridge({ second: true })
  bridge.broker.publish = down
  expect(codeOf(await bridge.deliver())).toBe('503 ERR_DESTINATION')
  await until(() => spans.all.length === 4)
  expect(spans.one('send t')).toMatchObject(failed('ERR_DESTINATION'))
  expect(spans.one('send t').attributes).not.toHaveProperty('messaging.message.id')
  expect(spans.one('send u').status).toEqual({ code: SpanStatusCode.UNSET })
  expect(spans.one('POST /hooks')).toMatchObject(failed('ERR_DESTINATION'))
  expect(spans.one('POST /hooks').attributes).toMatchObject({ 'http.response.status_code': 503 })
  expect(
    JSON.stringify(spans.all.map(({ attributes, events, status }) => ({ attributes, events, status })))
  ).not.toContain('lunch')
})

test('what is refused for good goes to the dead letter in the same trace', async () => {
  await using bridge = await startTestBridge({ second: true, rest: { deadLetter: 'u' } })
  bridge.broker.publish = () => Promise.reject(new EventError('The broker takes 10 bytes.'))
  expect(codeOf(await bridge.deliver({ id: 'msg_1' }))).toBe('204')
  expect(spans.tree()).toEqual([
    'POST /hooks < nothing',
    'send t < POST /hooks',
    'send u < POST /hooks',
    'verify < POST /hooks'
  ])
  expect(spans.one('send t')).toMatchObject(failed('ERR_EVENT'))
  expect(spans.one('send u').attributes).toMatchObject({ 'cloudevents.event_id': 'msg_1.dead_letter.t' })
})

test('so does what goes to a fallback', async () => {
  await using bridge = await startTestBridge({
    second: true,
    fallback: { to: 'u', after: '1s' },
    rest: { routes: [{ to: ['t'] }] }
  })
  bridge.broker.publish = down
  await until(async () => codeOf(await bridge.deliver()) === '204')
  const sent = spans.one('send u')
  const attempt = spans.all.find(
    ({ name, parentSpanContext }) => name === 'send t' && parentSpanContext?.spanId === sent.parentSpanContext?.spanId
  )
  expect(attempt).toMatchObject(failed('ERR_DESTINATION'))
})

test('a best-effort destination is in the trace of its webhook, though the answer does not wait for it', async () => {
  const routes = [{ to: ['t'] }, { to: ['u'], delivery: 'bestEffort' }]
  await using bridge = await startTestBridge({ second: true, rest: { routes } })
  const held = Promise.withResolvers<void>()
  bridge.second.publish = async event => {
    await held.promise
    return bridge.second.accept(event)
  }
  expect(codeOf(await bridge.deliver())).toBe('204')
  expect(spans.all.map(({ name }) => name)).not.toContain('send u')
  held.resolve()
  await until(() => spans.all.length === 4)
  expect(spans.tree()).toContain('send u < POST /hooks')
})

test('deliveries that share a publish have one span for it, in the trace of the first', async () => {
  await using bridge = await startTestBridge()
  const held = Promise.withResolvers<void>()
  let asked = 0
  bridge.broker.publish = async event => {
    asked += 1
    await held.promise
    return bridge.broker.accept(event)
  }
  const first = bridge.deliver({ id: 'msg_1', headers: [traceparent] })
  await until(() => asked === 1)
  const second = bridge.deliver({ id: 'msg_1' })
  const shared = 'gemini_event_bridge_dedupe_lookups_total{outcome="shared"}'
  await until(async () => (await bridge.metric(shared)) === 1)
  held.resolve()
  expect([codeOf(await first), codeOf(await second)]).toEqual(['204', '204'])
  expect(spans.one('send t').spanContext().traceId).toBe(TRACE_ID)
  expect(spans.all.filter(({ name }) => name === 'POST /hooks')).toHaveLength(2)
})

test('what is accepted after its deadline has failed, once', async () => {
  await using bridge = await startTestBridge({ limits: { acknowledge: '200ms' } })
  const held = Promise.withResolvers<void>()
  bridge.broker.publish = async event => {
    await held.promise
    return bridge.broker.accept(event)
  }
  expect(codeOf(await bridge.deliver())).toBe('503 ERR_DESTINATION')
  held.resolve()
  const late = 'gemini_event_bridge_late_acceptances_total{destination="t"}'
  await until(async () => (await bridge.metric(late)) === 1)
  expect(spans.one('send t')).toMatchObject(failed('ERR_DESTINATION'))
  expect(spans.one('send t').attributes).not.toHaveProperty('messaging.message.id')
})
