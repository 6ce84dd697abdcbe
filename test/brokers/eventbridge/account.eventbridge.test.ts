import { randomUUID } from 'node:crypto'
import { expect, onTestFinished } from 'vitest'
import { publish } from './publish.ts'
import { it } from './shared.ts'

it('shows all that came to a bus, as often as one asks', async ({ eventbridge, bus }) => {
  const entry = { EventBusName: bus.name, Source: 'here', DetailType: 'a "type"' }
  const sent = Array.from({ length: 200 }, (_, index) => `{"index":${index}}`)
  await Promise.all(sent.map(Detail => publish(eventbridge.endpoint, [{ ...entry, Detail }])))
  const first = await bus.received()
  expect(first.map(({ detail }) => detail).sort()).toEqual(sent.sort())
  expect(await bus.received()).toEqual(first)
})

it('shows an event as EventBridge has delivered it', async ({ eventbridge, bus }) => {
  const Detail = '{"total":12345678901234567890,"share":1.0,"path":"<id> <time>\\u0000","漢":[]}'
  const entry = {
    EventBusName: bus.name,
    Source: 'here',
    DetailType: 'type',
    Resources: ['urn:x'],
    Time: new Date('2026-01-22T12:00:00.5Z')
  }
  const { Entries } = await publish(eventbridge.endpoint, [{ ...entry, Detail }])
  const received = { source: 'here', 'detail-type': 'type', resources: ['urn:x'], time: '2026-01-22T12:00:00Z' }
  expect(await bus.received()).toEqual([
    expect.objectContaining({ ...received, id: Entries?.[0]?.EventId, detail: Detail })
  ])
})

it('lets through what a rule matches, by type and by the subject that it begins with', async ({
  eventbridge,
  account,
  bus
}) => {
  const log = `test-${randomUUID()}`
  await account.createLog(log)
  onTestFinished(() => account.deleteLog(log))
  const pattern = { 'detail-type': ['batch.succeeded'], detail: { subject: [{ prefix: 'batches/' }] } }
  await account.createRule(bus.name, pattern, log)
  const entries = [
    ['batch.succeeded', 'batches/1'],
    ['batch.succeeded', 'videos/1'],
    ['batch.failed', 'batches/2']
  ].map(([DetailType = '', subject]) => ({
    EventBusName: bus.name,
    Source: 'here',
    DetailType,
    Detail: JSON.stringify({ subject })
  }))
  await publish(eventbridge.endpoint, entries)
  expect((await account.received(log)).map(({ detail }) => detail)).toEqual(['{"subject":"batches/1"}'])
  expect(await bus.received()).toHaveLength(3)
})
