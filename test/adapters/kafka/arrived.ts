import { Kafka } from 'cloudevents'
import { expect } from 'vitest'
import type { StoredRecord } from '../../brokers/kafka/peer.ts'

const SUBJECT = 'batches/7f3k29qx5vhd'
// Nanoseconds and an offset: both are lost by whoever parses it as a date.
const TIME = '2026-01-22T13:00:00.123456789+01:00'
export const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

/** Numbers that a double cannot hold, letters beyond ASCII, and so much that only compressed it is below 2,000 bytes. */
const DATA = `{"id":"${SUBJECT}","n":12345678901234567890,"share":1.0,"name":"Größe 😀","rest":"${'x'.repeat(20_000)}"}`
/** The body of the webhook that the tests send. */
export const BODY = `{"type":"batch.succeeded","version":"v1","timestamp":"${TIME}","data":${DATA}}`

/** What the event of that webhook says, by whatever way it comes. */
const attributesOf = (id: string) => ({
  specversion: '1.0',
  id,
  source: '//generativelanguage.googleapis.com',
  type: 'com.google.gemini.batch.succeeded',
  subject: SUBJECT,
  time: TIME,
  datacontenttype: 'application/json',
  recordedtime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
  partitionkey: SUBJECT,
  apiversion: 'v1',
  traceparent: TRACEPARENT
})

/** Asserts that a record is the event of the webhook with this id: its bytes, and how the cloudevents package reads it. */
export function expectEvent(record: StoredRecord, id: string, options: Readonly<Record<string, unknown>>): void {
  const attributes = attributesOf(id)
  const key = options['key'] === 'id' ? id : SUBJECT
  const headers = Object.fromEntries(record.headers.map(({ name, value }) => [name, String(value)]))
  const value = String(record.value)
  expect(String(record.key)).toBe(key)
  expect(record.headers).toHaveLength(Object.keys(headers).length)
  if (options['contentMode'] === 'structured') {
    const { data, ...said } = JSON.parse(value)
    expect(headers).toEqual({ 'content-type': 'application/cloudevents+json; charset=UTF-8' })
    expect(said).toEqual(attributes)
    expect(value).toContain(`"data":${DATA}`)
  } else {
    const { datacontenttype, ...others } = attributes
    const prefixed = Object.entries(others).map(([name, value]) => [`ce_${name}`, value])
    expect(headers).toEqual({ 'content-type': datacontenttype, ...Object.fromEntries(prefixed) })
    expect(value).toBe(DATA)
  }
  // It rewrites the time, takes the record's key for the partition key, and rounds numbers.
  const message = { headers, key, value, body: value }
  const read = Kafka.toEvent(message)
  expect(read).toMatchObject({ ...attributes, time: new Date(TIME).toISOString(), partitionkey: key })
  expect(read).toMatchObject({ data: { id: SUBJECT, share: 1, name: 'Größe 😀' } })
}
