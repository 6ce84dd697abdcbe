import type { Code } from '../errors.ts'
import type { CloudEvent } from '../event.ts'

/** A verified webhook that can never be published: what is known of its event. */
export type Unpublishable = Pick<CloudEvent, 'id' | 'source'> &
  Partial<Pick<CloudEvent, 'type' | 'subject' | 'recordedtime' | 'traceparent' | 'tracestate'>>

/**
 * The event that tells of a webhook that can never be published, with the body's bytes as they came. It is another event
 * than the webhook's, so it has an identity of its own; the same webhook and destination give the same.
 * @param destination the one that refused the event; undefined when the body is no event at all
 */
export function toDeadLetter(
  { id, source, type, subject, recordedtime, traceparent, tracestate }: Unpublishable,
  {
    body,
    destination,
    reason,
    typePrefix
  }: {
    readonly body: Uint8Array
    readonly destination: string | undefined
    readonly reason: Code
    readonly typePrefix: string
  }
): CloudEvent {
  return Object.freeze({
    specversion: '1.0',
    id: `${id}.dead_letter.${destination ?? 'envelope'}`,
    source,
    type: `${typePrefix}dead_letter`,
    ...(subject !== undefined && { subject }),
    // Bytes that may be no JSON, whatever they were meant to be.
    datacontenttype: 'application/octet-stream',
    ...(recordedtime !== undefined && { recordedtime }),
    partitionkey: subject ?? id,
    ...(traceparent !== undefined && { traceparent }),
    ...(tracestate !== undefined && { tracestate }),
    originalid: id,
    ...(type !== undefined && { originaltype: type }),
    deadletterreason: reason,
    ...(destination !== undefined && { deadletterdest: destination }),
    data: body
  })
}
