import { createHash } from 'node:crypto'
import { attributesOf, type CloudEvent, EventError, type TraceContext, toStructured } from '../../src/adapter.ts'
import type { PubsubOptions } from './options.ts'

/** What one event is in a topic. */
export interface PubsubMessage {
  readonly data: Buffer
  readonly attributes: Readonly<Record<string, string>>
  /** Absent: in no order. */
  readonly orderingKey?: string
}

/**
 * The service refuses a whole request for one message above a limit, so each is checked before it is sent.
 * @see https://cloud.google.com/pubsub/quotas#resource_limits
 */
const MESSAGE_BYTES = 10_000_000
const ATTRIBUTES = 100
const ATTRIBUTE_NAME_BYTES = 256
const ATTRIBUTE_VALUE_BYTES = 1024
const ORDERING_KEY_BYTES = 1024

const STRUCTURED = { 'content-type': 'application/cloudevents+json' }

/**
 * The event as a message, in binary or structured content mode; in structured mode whenever an attribute is above a
 * limit of Pub/Sub. Its attributes are there in both modes, since subscription filters see nothing else: those that fit.
 * @param trace what subscribers go on from, under the names that Google's clients read, where there is room for it; the
 * event keeps what it came with
 * @throws {EventError} when the message is larger than Pub/Sub takes
 * @see https://github.com/googleapis/google-cloudevents/blob/main/docs/spec/pubsub.md
 */
export function toMessage(
  event: CloudEvent,
  { contentMode, orderingKey }: Pick<PubsubOptions, 'contentMode' | 'orderingKey'>,
  { traceparent = '', tracestate = '' }: TraceContext = event
): PubsubMessage {
  const attributes = attributesOf(event).map(([name, value]): [string, string] => [`ce-${name}`, value])
  const fitting = attributes.filter(fits).slice(0, ATTRIBUTES - 1)
  const tracing = Object.entries({ googclient_traceparent: traceparent, googclient_tracestate: tracestate })
    .filter(attribute => attribute[1] !== '' && fits(attribute))
    .slice(0, ATTRIBUTES - 1 - fitting.length)
  const { datacontenttype } = event
  const binary = contentMode === 'binary' && fitting.length === attributes.length
  const key = orderingKey === false ? undefined : event[orderingKey]
  const message = {
    data: binary
      ? Buffer.from(event.data.buffer, event.data.byteOffset, event.data.byteLength)
      : Buffer.from(toStructured(event)),
    attributes: {
      ...(binary ? { 'content-type': datacontenttype } : STRUCTURED),
      ...Object.fromEntries([...fitting, ...tracing])
    },
    ...(typeof key === 'string' && key !== '' && { orderingKey: toOrderingKey(key) })
  }
  if (sizeOf(message) <= MESSAGE_BYTES) return message
  throw new EventError(
    `The event is larger than Pub/Sub takes: ${sizeOf(message)} bytes, of at most ${MESSAGE_BYTES}. Route it elsewhere.`
  )
}

/** An upper bound of the message's size in a request, in bytes. */
export function sizeOf({ data, attributes, orderingKey = '' }: PubsubMessage): number {
  // A tag and a length, of at most five bytes, for the message and each of its fields.
  let size = 18 + data.length + Buffer.byteLength(orderingKey)
  for (const [name, value] of Object.entries(attributes)) size += 18 + name.length + Buffer.byteLength(value)
  return size
}

function fits([name, value]: [string, string]): boolean {
  return name.length <= ATTRIBUTE_NAME_BYTES && Buffer.byteLength(value) <= ATTRIBUTE_VALUE_BYTES
}

/** One key for one job, whatever its length. */
function toOrderingKey(key: string): string {
  return Buffer.byteLength(key) <= ORDERING_KEY_BYTES ? key : createHash('sha256').update(key).digest('hex')
}
