import { expect } from 'vitest'
import { attributesOf, type CloudEvent } from '../../src/event.ts'
import type { StoredRecord } from '../brokers/kafka/peer.ts'
import { it, uniqueTopic } from '../brokers/kafka/shared.ts'
import { eventOf, fallbackLine, letterLine } from './redrive-letters.ts'
import { openScene } from './redrive-program.ts'

/** What the record of an event says in binary content mode. */
function expectRecord({ key, value, headers }: StoredRecord, event: CloudEvent): void {
  const { datacontenttype, ...attributes } = Object.fromEntries(attributesOf(event))
  const { traceparent, tracestate } = attributes
  const prefixed = Object.entries(attributes).map(([name, value]) => [`ce_${name}`, value])
  expect(Object.fromEntries(headers.map(({ name, value }) => [name, String(value)]))).toEqual({
    'content-type': datacontenttype,
    traceparent,
    tracestate,
    ...Object.fromEntries(prefixed)
  })
  expect(String(key)).toBe(event.partitionkey)
  expect(value?.equals(event.data)).toBe(true)
}

it('brings what was parked in one topic home to another', async ({ kafka, peer, topic, onTestFinished }) => {
  const parking = uniqueTopic()
  await peer.createTopic(parking, { partitions: 3 })
  onTestFinished(() => peer.deleteTopic(parking))
  const events = Array.from({ length: 100 }, (_, index) => eventOf(`msg_${index}`))
  await Promise.all(
    events.map((event, index) => {
      const line = index % 2 === 0 ? fallbackLine(event, 'analytics') : letterLine(event, 'analytics')
      return peer.produce(parking, event.id, line.trim())
    })
  )
  const destination = (topic: string) => ({ adapter: 'kafka', brokers: kafka.plaintext.split(','), topic })
  const scene = openScene({ analytics: destination(topic), missing: destination(uniqueTopic()) })
  const parked = await peer.read(parking)
  const lost = fallbackLine(eventOf('msg_lost'), 'missing')
  scene.write('lines', `${parked.map(({ value }) => value).join('\n')}\n${lost}`)

  const { code, ledger, summary, stderr } = await scene.redrive('lines', '--left', 'left', '--wait', '1s')
  expect(code).toBe(1)
  expect(summary.toSorted()).toEqual([
    'analytics: 100 of 100 published',
    'missing: 0 of 1 published, 1 unavailable',
    'total: 100 of 101 published, 1 unavailable'
  ])
  expect(ledger.at(-1)?.slice(0, 4)).toEqual(['101', 'msg_lost', 'missing', 'unavailable'])
  expect(scene.read('left')).toBe(Buffer.from(lost).toString('latin1'))
  for (const line of stderr.trim().split('\n')) expect(JSON.parse(line)).not.toHaveProperty('warning')

  const records = await peer.read(topic)
  expect(records).toHaveLength(events.length)
  for (const event of events) {
    const id = `${event.id}`
    const record = records.find(({ headers }) =>
      headers.some(({ name, value }) => name === 'ce_id' && String(value) === id)
    )
    expectRecord(record ?? expect.fail(`${id} is not there`), event)
  }
})
