import { randomUUID } from 'node:crypto'
import type { CloudEvent } from '../adapter.ts'

/** JSON that a parser in between would change: numbers that a double cannot hold, white space, escapes, line ends. */
export const DELICATE_JSON =
  '{"id": "batches/1",\r\n "total": 12345678901234567890, "share":1.0, "path":"a\\/b\\u0000\\n", "none":null, "":[ ]}'

/** Text in several scripts, beyond the basic plane, with quotes and separators that formats give a meaning. */
export const UNICODE = 'Größe "a"=b; c,d%20 漢字 😀 \u00a0 e\u0301'

/** An event with every attribute that the bridge sends, and an id of its own. */
export function sampleEvent(
  data: string | Uint8Array = '{"id":"batches/1"}',
  attributes: Readonly<Record<string, string>> = {}
): CloudEvent {
  return {
    specversion: '1.0',
    id: `msg_${randomUUID()}`,
    source: '//generativelanguage.googleapis.com/projects/acme',
    type: 'com.google.gemini.batch.succeeded',
    subject: 'batches/1',
    // Nanoseconds and an offset: both are lost by whoever parses it as a date.
    time: '2026-01-22T13:00:00.123456789+01:00',
    datacontenttype: 'application/json',
    recordedtime: '2026-01-22T12:00:01.000Z',
    partitionkey: 'batches/1',
    apiversion: 'v1',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    tracestate: 'rojo=00f067aa0ba902b7,congo=t61rcWkgMzE',
    tenant: 'acme',
    ...attributes,
    data: typeof data === 'string' ? Buffer.from(data) : data
  }
}
