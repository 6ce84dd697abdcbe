import { expect } from 'vitest'

export const SUBJECT = 'batches/7f3k29qx5vhd'
// Nanoseconds and an offset: both are lost by whoever parses it as a date.
const TIME = '2026-01-22T13:00:00.123456789+01:00'
export const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

/** Numbers that a double cannot hold, letters beyond ASCII, and so much that only compressed it is below 2,000 bytes. */
export const DATA = `{"id":"${SUBJECT}","n":12345678901234567890,"share":1.0,"name":"Größe 😀","rest":"${'x'.repeat(20_000)}"}`
/** The body of the webhook that the tests of `serve` send. */
export const BODY = `{"type":"batch.succeeded","version":"v1","timestamp":"${TIME}","data":${DATA}}`

/** What the event of that webhook says, by whatever way it comes. */
export const attributesOf = (id: string) => ({
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

/** Asserts that a text is the event in structured content mode. */
export function expectStructured(text: string, id: string): void {
  const { data, ...said } = JSON.parse(text)
  expect(said).toEqual(attributesOf(id))
  expect(text).toContain(`"data":${DATA}`)
}

/**
 * Asserts that the cloudevents package, which rewrites the time and rounds numbers, has read the event.
 * @param partitionkey unless it is the event's own
 */
export function expectRead(read: unknown, id: string, partitionkey = SUBJECT): void {
  expect(read).toMatchObject({ ...attributesOf(id), time: new Date(TIME).toISOString(), partitionkey })
  expect(read).toMatchObject({ data: { id: SUBJECT, share: 1, name: 'Größe 😀' } })
}
