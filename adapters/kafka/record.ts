import { attributesOf, type CloudEvent, STRUCTURED_TYPE, type TraceContext, toStructured } from '../../src/adapter.ts'

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
  const { headers, value } = contentMode === 'binary' ? toBinary(event) : toStructuredRecord(event)
  return {
    key: typeof keyText === 'string' ? Buffer.from(keyText) : undefined,
    headers: {
      ...headers,
      ...(traceparent !== undefined && { traceparent }),
      ...(tracestate !== undefined && { tracestate })
    },
    value
  }
}

function toBinary(event: CloudEvent): Pick<KafkaRecord, 'headers' | 'value'> {
  const headers: Record<string, string> = { 'content-type': event.datacontenttype }
  for (const [name, value] of attributesOf(event)) if (name !== 'datacontenttype') headers[`ce_${name}`] = value
  return { headers, value: Buffer.from(event.data.buffer, event.data.byteOffset, event.data.byteLength) }
}

function toStructuredRecord(event: CloudEvent): Pick<KafkaRecord, 'headers' | 'value'> {
  return { headers: { 'content-type': STRUCTURED_TYPE }, value: Buffer.from(toStructured(event)) }
}

/** An upper bound of the record's size in a batch before compression, in bytes. */
export function sizeOf({ key, headers, value }: KafkaRecord): number {
  // At most five bytes for each length, and 21 for length, attributes, timestamp, offset and the count of headers.
  let size = 31 + (key?.length ?? 0) + value.length
  for (const [name, text] of Object.entries(headers)) size += 10 + name.length + Buffer.byteLength(text)
  return size
}
