import { type CloudEvent, STRUCTURED_TYPE, type TraceContext, toStructured } from '../../src/adapter.ts'

/** What one event is in a topic. Its timestamp is the time of publishing: `time` is the event's own affair. */
export interface KafkaRecord {
  /** `undefined`: any partition will do. */
  readonly key: Buffer | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly value: Buffer
}

/**
 * The event as a record, in binary or structured content mode.
 * @param options.key the attribute that becomes the record's key; an event without it has none
 * @param trace what the record's consumers go on from; the event keeps what it came with
 * @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md
 */
export function toRecord(
  event: CloudEvent,
  { contentMode, key }: { readonly contentMode: 'binary' | 'structured'; readonly key: string },
  { traceparent, tracestate }: TraceContext = event
): KafkaRecord {
  const keyText = event[key]
  const headers: Record<string, string> =
    contentMode === 'binary' ? binaryHeaders(event) : { 'content-type': STRUCTURED_TYPE }
  if (traceparent !== undefined) headers['traceparent'] = traceparent
  if (tracestate !== undefined) headers['tracestate'] = tracestate
  return {
    key: typeof keyText === 'string' ? Buffer.from(keyText) : undefined,
    headers,
    value: contentMode === 'binary' ? bytesOf(event) : Buffer.from(toStructured(event))
  }
}

function binaryHeaders(event: CloudEvent): Record<string, string> {
  const headers: Record<string, string> = { 'content-type': event.datacontenttype }
  for (const name of Object.keys(event)) {
    const value = event[name]
    if (typeof value === 'string' && name !== 'datacontenttype') headers[`ce_${name}`] = value
  }
  return headers
}

function bytesOf({ data }: CloudEvent): Buffer {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength)
}

/** An upper bound of the record's size in a batch before compression, in bytes. */
export function sizeOf({ key, headers, value }: KafkaRecord): number {
  // At most five bytes for each length, and 21 for length, attributes, timestamp, offset and the count of headers.
  let size = 31 + (key?.length ?? 0) + value.length
  for (const [name, text] of Object.entries(headers)) size += 10 + name.length + Buffer.byteLength(text)
  return size
}
