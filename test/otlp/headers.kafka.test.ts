import { expect } from 'vitest'
import { it } from '../brokers/kafka/shared.ts'
import { codeOf, genuine } from '../ingress/harness.ts'
import { SECRET } from '../ingress/sign.ts'
import { exchange } from '../ingress/wire.ts'
import { startOtlpReceiver } from './receiver.ts'
import { startTraced } from './traced-program.ts'

it('the record names the span that sent it, and its event the trace that it began in', async ({
  kafka,
  peer,
  topic,
  onTestFinished
}) => {
  const receiver = await startOtlpReceiver()
  onTestFinished(() => receiver.close())
  await using program = await startTraced(
    {
      endpoints: [{ path: '/hooks', verify: { static: { secrets: [SECRET] } } }],
      destinations: { analytics: { adapter: 'kafka', brokers: kafka.plaintext.split(','), topic } }
    },
    receiver.env
  )
  const traceId = '0af7651916cd43dd8448eb211c80319c'
  const traceparent = `00-${traceId}-b7ad6b7169203331-01`
  const headers = [
    ['traceparent', traceparent],
    ['tracestate', 'rojo=1']
  ] as const
  expect(codeOf(await exchange(program.url, genuine({ headers })))).toBe('204')
  const [record, ...others] = await peer.read(topic)
  expect(others).toEqual([])
  expect(await program.stop()).toBe(0)

  const spanOf = (name: string) => receiver.spans.find(span => span.name === name)
  const [send, verify, server] = [spanOf('send analytics'), spanOf('verify'), spanOf('POST /hooks')]
  const told = Object.fromEntries((record?.headers ?? []).map(({ name, value }) => [name, String(value)]))
  expect(told).toMatchObject({
    traceparent: `00-${traceId}-${send?.spanId}-01`,
    tracestate: 'rojo=1',
    ce_traceparent: traceparent,
    ce_tracestate: 'rojo=1'
  })
  expect(send?.parentSpanId).toBe(server?.spanId)
  expect(verify?.parentSpanId).toBe(server?.spanId)
  expect(server).toMatchObject({ traceId, parentSpanId: 'b7ad6b7169203331' })
  expect(send?.attributes).toMatchObject({
    'messaging.system': 'kafka',
    'messaging.destination.name': topic,
    'messaging.message.id': expect.stringMatching(`^${topic}-\\d@\\d+$`)
  })
})
