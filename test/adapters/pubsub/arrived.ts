import { HTTP } from 'cloudevents'
import { expect } from 'vitest'
import type { StoredMessage } from '../../brokers/pubsub/peer.ts'
import { attributesOf, DATA, expectRead, expectStructured, SUBJECT, TRACEPARENT } from '../served-webhook.ts'

/** Asserts that a message is the event of the webhook with this id: its bytes, and how the cloudevents package reads it. */
export function expectEvent(message: StoredMessage, id: string, options: Readonly<Record<string, unknown>>): void {
  const { attributes, data, orderingKey } = message
  const prefixed = Object.fromEntries(Object.entries(attributesOf(id)).map(([name, value]) => [`ce-${name}`, value]))
  const structured = options['contentMode'] === 'structured'
  const contentType = structured ? 'application/cloudevents+json' : 'application/json'
  expect(attributes).toEqual({ 'content-type': contentType, ...prefixed, googclient_traceparent: TRACEPARENT })
  if (structured) expectStructured(data.toString(), id)
  else expect(data).toEqual(Buffer.from(DATA))
  expect(orderingKey).toBe({ true: SUBJECT, id }[String(options['orderingKey'])] ?? '')
  // Where HTTP has the content type alone, Pub/Sub has the attribute, too.
  const { 'ce-datacontenttype': _, ...headers } = attributes
  expectRead(HTTP.toEvent({ headers, body: data.toString() }), id)
}
