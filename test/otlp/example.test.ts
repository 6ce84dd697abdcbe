import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { serveKeySet } from '../../src/standin/key-set.ts'
import { dynamicSigner, staticSigner } from '../../src/standin/sign.ts'
import { codeOf, type Genuine, genuine } from '../ingress/harness.ts'
import { OTHER_SECRET, SECRET } from '../ingress/sign.ts'
import { exchange } from '../ingress/wire.ts'
import { freePort } from '../spawn.ts'
import { startOtlpReceiver } from './receiver.ts'
import { startTraced, type TracedProgram } from './traced-program.ts'

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c'
const TOKEN = 'callback-token-that-is-valid'
const INVALID = 'callback-token-that-is-not'
const WORD = 'a-word-of-the-body'
const BODY = JSON.stringify({ type: 'batch.succeeded', version: 'v1', data: { id: 'batches/1', note: WORD } })

const endpoint = (verify: object = { static: { secrets: [SECRET] } }) => ({ endpoints: [{ path: '/hooks', verify }] })
const toStdout = { destinations: { console: { adapter: 'stdout' } } }

async function openReceiver() {
  const receiver = await startOtlpReceiver()
  onTestFinished(() => receiver.close())
  return receiver
}

/** Delivers a webhook; the status and code of the answer, and the signature that was sent. */
async function deliver({ url }: TracedProgram, webhook: Genuine) {
  const parts = genuine({ body: BODY, ...webhook })
  const signature = parts.headers?.find(([name]) => name === 'webhook-signature')?.[1]
  return { code: codeOf(await exchange(url, parts)), signature }
}

test('SIGTERM brings the last spans to the collector, with the trace of the request', async () => {
  const receiver = await openReceiver()
  await using program = await startTraced({ ...endpoint(), ...toStdout }, receiver.env)
  const headers = [['traceparent', `00-${TRACE_ID}-b7ad6b7169203331-00`]] as const
  expect(await deliver(program, { id: 'msg_1', headers })).toMatchObject({ code: '204' })
  expect(receiver.bytes).toBe('')
  expect(await program.stop()).toBe(0)
  const [verify, send, server] = receiver.spans
  expect(server).toMatchObject({ name: 'POST /hooks', kind: 2, traceId: TRACE_ID, parentSpanId: 'b7ad6b7169203331' })
  for (const span of [verify, send]) expect(span).toMatchObject({ traceId: TRACE_ID, parentSpanId: server?.spanId })
  expect(verify).toMatchObject({ name: 'verify', kind: 1 })
  expect(send).toMatchObject({ name: 'send console', kind: 4, attributes: { 'messaging.system': 'stdout' } })
  expect(receiver.spans).toHaveLength(3)
  expect(receiver.resource).toMatchObject({ 'service.name': 'gemini-event-bridge' })
  expect(program.stderr).toContain(`"logging.googleapis.com/trace":"${TRACE_ID}"`)
  expect(program.stderr).toContain(`"logging.googleapis.com/spanId":"${server?.spanId}"`)
})

test('nothing secret is exported, however the webhook came', async () => {
  const receiver = await openReceiver()
  const keySet = await serveKeySet()
  onTestFinished(() => keySet.close())
  const verify = { static: { secrets: [SECRET] }, dynamic: { tokens: [TOKEN], keys: keySet.url } }
  const memory = { adapter: 'memory' }
  await using program = await startTraced(
    { ...endpoint(verify), destinations: { one: memory, two: memory }, limits: { body: '1KiB' } },
    receiver.env
  )
  const dynamic = dynamicSigner(...keySet.keys)
  const sent = [
    await deliver(program, { target: `/hooks?token=${TOKEN}`, signer: dynamic }),
    await deliver(program, { target: `/hooks?token=${TOKEN}` }),
    await deliver(program, { target: `/hooks?token=${INVALID}` }),
    await deliver(program, { target: `/hooks?token=${INVALID}`, signer: dynamic }),
    await deliver(program, { signer: staticSigner(OTHER_SECRET) }),
    await deliver(program, { timestamp: 1 }),
    await deliver(program, { body: WORD }),
    await deliver(program, { target: `/${WORD}?token=${TOKEN}` })
  ]
  expect(sent.map(({ code }) => code)).toEqual([
    ...['204', '204', '204', '401 ERR_TOKEN', '401 ERR_SIGNATURE', '401 ERR_TIMESTAMP', '422 ERR_EVENT'],
    '404 ERR_NOT_FOUND'
  ])
  expect(await program.stop()).toBe(0)
  const named = (name: string) => receiver.spans.filter(span => span.name === name)
  // What is refused before it is read has no span.
  expect(named('POST /hooks')).toHaveLength(6)
  expect(named('send two')).toHaveLength(3)
  expect(named('verify').map(({ attributes }) => Object.values(attributes).join())).toEqual([
    ...['dynamic', 'static', 'static', 'ERR_SIGNATURE', 'ERR_TIMESTAMP', 'static']
  ])
  const signatures = sent.flatMap(({ signature = '' }) => signature.split(/[ ,]/)).filter(text => text.length > 10)
  expect(signatures.length).toBeGreaterThanOrEqual(8)
  for (const secret of [SECRET, SECRET.slice(6), OTHER_SECRET, TOKEN, INVALID, 'token=', WORD, ...signatures]) {
    expect(receiver.bytes).not.toContain(secret)
  }
  expect(receiver.bytes).not.toContain('process.')
})

test('OTEL_TRACES_SAMPLER may leave the decision to the sender', async () => {
  const receiver = await openReceiver()
  await using program = await startTraced(
    { ...endpoint(), ...toStdout },
    { ...receiver.env, OTEL_TRACES_SAMPLER: 'parentbased_always_on' }
  )
  const headers = (flags: string) => [['traceparent', `00-${TRACE_ID}-b7ad6b7169203331-${flags}`]] as const
  await deliver(program, { headers: headers('00') })
  await deliver(program, { id: 'msg_sampled', headers: headers('01') })
  expect(await program.stop()).toBe(0)
  const [, , server] = receiver.spans
  expect(receiver.spans).toHaveLength(3)
  expect(server?.attributes).toMatchObject({ 'cloudevents.event_id': 'msg_sampled' })
})

test('a collector that is not there changes nothing', async () => {
  const nobody = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await freePort()}`, OTEL_BSP_SCHEDULE_DELAY: '50' }
  await using program = await startTraced({ ...endpoint(), ...toStdout }, nobody)
  for (let i = 0; i < 5; i += 1) expect(await deliver(program, {})).toMatchObject({ code: '204' })
  expect(await program.stop()).toBe(0)
  for (const line of program.stderr.trim().split('\n')) expect(JSON.parse(line)).toHaveProperty('severity')
})

test.each([400, 401, 404, 503])(
  'a collector that answers %i is a line in the log, and no reason to fail',
  async status => {
    const collector = createServer((request, response) => {
      request.resume().on('end', () => response.writeHead(status).end())
    })
    await once(collector.listen(0, '127.0.0.1'), 'listening')
    onTestFinished(() => void collector.close())
    const { port } = collector.address() as AddressInfo
    await using program = await startTraced(
      { ...endpoint(), ...toStdout },
      { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`, OTEL_LOG_LEVEL: 'debug' }
    )
    expect(await deliver(program, {})).toMatchObject({ code: '204' })
    expect(await program.stop()).toBe(0)
    const lines = program.stderr.trim().split('\n')
    for (const line of lines) expect(JSON.parse(line)).toHaveProperty('severity')
    expect(lines.filter(line => line.includes('OpenTelemetry: '))).not.toEqual([])
    for (const line of program.stdout.trim().split('\n')) expect(JSON.parse(line)).toHaveProperty('specversion')
  }
)
