import { AlwaysOffSampler } from '@opentelemetry/sdk-trace'
import { expect, test } from 'vitest'
import { traceContext } from '../../src/adapter.ts'
import { startTestBridge } from '../ingress/harness.ts'
import { startInMemorySdk } from './in-memory-sdk.ts'

const spans = startInMemorySdk(new AlwaysOffSampler())

test('of a trace that is not kept there are no spans; the log and the broker still have its id', async () => {
  await using bridge = await startTestBridge()
  const told: string[] = []
  bridge.broker.publish = event => {
    told.push(traceContext(event).traceparent ?? '')
    return bridge.broker.accept(event)
  }
  const traceId = '0af7651916cd43dd8448eb211c80319c'
  await bridge.deliver({ headers: [['traceparent', `00-${traceId}-b7ad6b7169203331-01`]] })
  expect(spans.all).toEqual([])
  const [line] = bridge.log.filter(({ message }) => message === 'webhook')
  const spanId = line?.['logging.googleapis.com/spanId']
  expect(line).toMatchObject({
    'logging.googleapis.com/trace': traceId,
    'logging.googleapis.com/trace_sampled': false
  })
  expect(told).toEqual([`00-${traceId}-${spanId}-00`])
})
