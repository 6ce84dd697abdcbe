import { expect, test } from 'vitest'
import { codeOf, genuine, startTestBridge } from '../ingress/harness.ts'
import { bytesOf, wire } from '../ingress/wire.ts'
import { startInMemorySdk } from './in-memory-sdk.ts'

const spans = startInMemorySdk()

test('webhooks that share connections, and turns of the event loop, share no trace', async () => {
  await using bridge = await startTestBridge()
  const wires = await Promise.all(Array.from({ length: 20 }, () => wire(bridge.url)))
  for (let round = 0; round < 2; round += 1) {
    const piece = () => bytesOf(genuine({ body: JSON.stringify({ type: 'batch.succeeded', data: {} }) }))
    for (const each of wires) each.write(piece(), piece(), piece())
    for (const each of wires) for (let i = 0; i < 3; i += 1) expect(codeOf(await each.reply())).toBe('204')
  }
  await Promise.all(wires.map(each => each[Symbol.asyncDispose]()))
  const webhooks = spans.all.filter(({ name }) => name === 'POST /hooks')
  expect(webhooks).toHaveLength(120)
  expect(new Set(webhooks.map(span => span.spanContext().traceId)).size).toBe(120)
  for (const { parentSpanContext } of webhooks) expect(parentSpanContext).toBeUndefined()
})
