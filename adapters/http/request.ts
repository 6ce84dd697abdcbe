import { attributesOf, type CloudEvent, type TraceContext, toStructured } from '../../src/adapter.ts'
import type { HttpOptions } from './options.ts'

/** What one event is in a POST, without what all requests have in common. */
export interface HttpRequest {
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** In small letters: receivers that are built on the JavaScript package `cloudevents` take no other spelling. */
const STRUCTURED_TYPE = 'application/cloudevents+json; charset=utf-8'
/** The smallest limit of common servers (Tomcat, Jetty) for a request's first line and headers, in bytes. */
const HEAD_BYTES = 8192
/** More than the first line, `host`, `connection` and `content-length` have beside the parts of the URL. */
const FRAME_BYTES = 128

/**
 * The event as a request, in binary or structured content mode; in structured mode, too, when its attributes would make
 * headers that receivers refuse, since the event could then never pass.
 * @param trace what the receiver goes on from; the event keeps what it came with
 * @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md
 */
export function toRequest(
  event: CloudEvent,
  options: HttpOptions,
  { traceparent, tracestate }: TraceContext = event
): HttpRequest {
  const tracing = { ...(traceparent !== undefined && { traceparent }), ...(tracestate !== undefined && { tracestate }) }
  const binary = { ...toHeaders(event), ...tracing }
  if (options.contentMode === 'binary' && headSize(binary, options) <= HEAD_BYTES) {
    const { buffer, byteOffset, byteLength } = event.data
    return { headers: binary, body: Buffer.from(buffer, byteOffset, byteLength) }
  }
  return { headers: { 'content-type': STRUCTURED_TYPE, ...tracing }, body: Buffer.from(toStructured(event)) }
}

/** Where every request goes. */
export function addressOf({ url, query = '' }: Pick<HttpOptions, 'url' | 'query'>): URL {
  const address = new URL(url)
  address.search = query
  return address
}

/** What every request has, whatever its event: who sends it, and how that is known. */
export function commonHeaders({ token, headers }: Pick<HttpOptions, 'token' | 'headers'>): Record<string, string> {
  return {
    'user-agent': 'gemini-event-bridge',
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...headers
  }
}

function toHeaders(event: CloudEvent): Record<string, string> {
  const headers: Record<string, string> = { 'content-type': event.datacontenttype }
  for (const [name, value] of attributesOf(event)) if (name !== 'datacontenttype') headers[`ce-${name}`] = encode(value)
  return headers
}

/** Percent-encodes the UTF-8 of all but `!` to `~`, and of `"` and `%` (section 3.1.3.2). */
function encode(value: string): string {
  return value.replace(/[^!#$&-~]+/g, text => Buffer.from(text).toString('hex').toUpperCase().replace(/../g, '%$&'))
}

/** An upper bound of the request's first line and headers, in bytes: all of them are ASCII. */
function headSize(headers: HttpRequest['headers'], options: HttpOptions): number {
  let size = FRAME_BYTES + addressOf(options).href.length
  for (const [name, value] of Object.entries({ ...commonHeaders(options), ...headers })) {
    size += name.length + value.length + ': \r\n'.length
  }
  return size
}
