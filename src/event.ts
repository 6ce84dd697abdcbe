/**
 * A CloudEvent 1.0: context attributes and extensions under their CloudEvents names, all of them strings, and `data`
 * as bytes. `data` is not an attribute (and no attribute can have that name).
 * @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md
 */
export interface CloudEvent {
  readonly specversion: '1.0'
  readonly id: string
  readonly source: string
  readonly type: string
  readonly subject?: string
  /** RFC 3339, as the sender wrote it. */
  readonly time?: string
  readonly datacontenttype: string
  /** Key for brokers that keep events of one key in order (partitioning extension). */
  readonly partitionkey?: string
  /** When the bridge received the webhook, RFC 3339 (recorded time extension). */
  readonly recordedtime?: string
  /** W3C trace context of the request (distributed tracing extension). */
  readonly traceparent?: string
  readonly tracestate?: string
  readonly [extension: string]: string | Uint8Array | undefined
  readonly data: Uint8Array
}

/** All context attributes and extensions with their values, in the event's own order. */
export function attributesOf(event: CloudEvent): [name: string, value: string][] {
  return Object.entries(event).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
}

const JSON_TYPE = /^[^;]*[/+]json\s*(;|$)/i

/** Whether the event's data are JSON, by their media type. */
export function isJson({ datacontenttype }: CloudEvent): boolean {
  return JSON_TYPE.test(datacontenttype)
}

/** The media type of `toStructured`'s text. */
export const STRUCTURED_TYPE = 'application/cloudevents+json; charset=UTF-8'

/**
 * The event in structured content mode, as JSON text. JSON data stands in it byte for byte, line
 * breaks included, other data as `data_base64`.
 * @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
 */
export function toStructured(event: CloudEvent): string {
  const attributes = JSON.stringify(Object.fromEntries(attributesOf(event)))
  const bytes = Buffer.from(event.data.buffer, event.data.byteOffset, event.data.byteLength)
  const data = isJson(event) ? `"data":${bytes.toString('utf8')}` : `"data_base64":"${bytes.toString('base64')}"`
  return `${attributes.slice(0, -1)},${data}}`
}
