import { expect } from 'vitest'
import { sampleEvent } from '../../../src/testing/sample-event.ts'
import { type Front, openFront } from '../../brokers/eventbridge/front.ts'
import { sizeOf } from '../../brokers/eventbridge/put-events.ts'
import { parseStructured } from '../structured.ts'
import { it, publish, publishTogether } from './fronted.ts'

const KIB = 1024
const eventsOf = (count: number, bytes: number) =>
  Array.from({ length: count }, () => sampleEvent(JSON.stringify({ '': 'é'.repeat(bytes / 2) })))
const sizes = ({ requests }: Front) => requests.map(entries => entries.reduce((sum, entry) => sum + sizeOf(entry), 0))
/** How many entries each request has, in no order: those that leave at once may overtake one another. */
const lengths = ({ requests }: Front) => requests.map(entries => entries.length).sort((a, b) => a - b)

it('all that an entry is, arrives', async ({ front, bus, adapter }) => {
  const event = sampleEvent()
  const id = await publish(adapter, event)
  expect(front.requests).toEqual([
    [
      {
        EventBusName: bus.name,
        Source: 'com.google.gemini',
        DetailType: 'com.google.gemini.batch.succeeded',
        Detail: expect.any(String),
        Time: 1_769_083_200.123,
        TraceHeader: 'Root=1-0af76519-16cd43dd8448eb211c80319c;Parent=b7ad6b7169203331;Sampled=1'
      }
    ]
  ])
  const [received, ...others] = await bus.received()
  expect(others).toEqual([])
  expect(received).toMatchObject({ id, time: '2026-01-22T12:00:00Z', source: 'com.google.gemini' })
  expect(parseStructured(received?.detail ?? '')).toEqual(event)
})

it('what comes at once shares requests of at most ten, and the ids are those of EventBridge', async ({
  front,
  bus,
  adapter
}) => {
  const events = eventsOf(105, 10)
  const ids = await Promise.all(publishTogether(adapter, events))
  const received = await bus.received()
  const sent = new Map(received.map(({ id, detail }) => [parseStructured(detail).id, id]))
  expect(events.map(({ id }) => sent.get(id))).toEqual(ids)
  expect(received).toHaveLength(105)
  expect(Math.max(...front.requests.map(entries => entries.length))).toBe(10)
  expect(front.requests.length).toBeLessThan(20)
})

it('entries of one request are no larger together than EventBridge takes', async ({ front, adapter }) => {
  await Promise.all(publishTogether(adapter, [sampleEvent(), ...eventsOf(10, 150 * KIB)]))
  expect(Math.max(...sizes(front))).toBeLessThanOrEqual(1024 * KIB)
  // Six have room together, and seven have not.
  expect(lengths(front)).toEqual([1, 4, 6])
})

it('with sizeLimit: 256KiB, no larger than EventBridge takes there', async ({ eventbridge, bus, connect }) => {
  const narrow = await openFront(eventbridge.endpoint, 256 * KIB)
  try {
    const adapter = await connect({ endpoint: narrow.endpoint, sizeLimit: '256KiB' })
    await Promise.all(publishTogether(adapter, [sampleEvent(), ...eventsOf(5, 60 * KIB), ...eventsOf(2, 200 * KIB)]))
    expect(Math.max(...sizes(narrow))).toBeLessThanOrEqual(256 * KIB)
    expect(lengths(narrow)).toEqual([1, 1, 1, 1, 4])
    expect(await bus.received()).toHaveLength(8)
  } finally {
    await narrow.close()
  }
})
