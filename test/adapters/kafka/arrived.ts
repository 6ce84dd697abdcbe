import { Kafka } from 'cloudevents'
import { expect } from 'vitest'
import type { StoredRecord } from '../../brokers/kafka/peer.ts'
import { attributesOf, DATA, expectRead, expectStructured, SUBJECT, TRACEPARENT } from '../served-webhook.ts'

/** Asserts that a record is the event of the webhook with this id: its bytes, and how the cloudevents package reads it. */
export function expectEvent(record: StoredRecord, id: string, options: Readonly<Record<string, unknown>>): void {
  const key = options['key'] === 'id' ? id : SUBJECT
  const headers = Object.fromEntries(record.headers.map(({ name, value }) => [name, String(value)]))
  const value = String(record.value)
  expect(String(record.key)).toBe(key)
  expect(record.headers).toHaveLength(Object.keys(headers).length)
  if (options['contentMode'] === 'structured') {
    const contentType = 'application/cloudevents+json; charset=UTF-8'
    expect(headers).toEqual({ 'content-type': contentType, traceparent: TRACEPARENT })
    expectStructured(value, id)
  } else {
    const { datacontenttype, ...others } = attributesOf(id)
    const prefixed = Object.entries(others).map(([name, value]) => [`ce_${name}`, value])
    expect(headers).toEqual({
      'content-type': datacontenttype,
      ...Object.fromEntries(prefixed),
      traceparent: TRACEPARENT
    })
    expect(value).toBe(DATA)
  }
  const message = { headers, key, value, body: value }
  // It takes the record's key for the partition key.
  expectRead(Kafka.toEvent(message), id, key)
}
