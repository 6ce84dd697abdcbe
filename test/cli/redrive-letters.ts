import { toDeadLetter } from '../../src/deliver/dead-letter.ts'
import { type CloudEvent, toStructured } from '../../src/event.ts'
import { createNormalizer } from '../../src/normalize.ts'

export const SOURCE = '//generativelanguage.googleapis.com/projects/acme'
export const BODY =
  '{ "type":"batch.succeeded","version":"v1","timestamp":"2026-01-22T13:00:00.123456789+01:00",' +
  '"data":{"id":"batches/1","n":12345678901234567890,"name":"Größe 😀"},"user_metadata":{"tenant":"acme"}}\n'

const trace = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', tracestate: 'a=1' }

/** The event that `serve` makes of a webhook with this id. */
export function eventOf(id: string, body: string = BODY, events: Partial<EventOptions> = {}): CloudEvent {
  const normalize = createNormalizer({ ...EVENTS, ...events, source: SOURCE })
  return normalize({ id, body: Buffer.from(body), receivedAt: Date.UTC(2026, 0, 22), trace }).event
}

type EventOptions = Omit<Parameters<typeof createNormalizer>[0], 'source'>
const EVENTS: EventOptions = { typePrefix: 'com.google.gemini.', data: 'payload', extensions: {} }

/** The line of an event that went to a fallback instead of its destination. */
export function fallbackLine(event: CloudEvent, fallbackfor: string): string {
  return `${toStructured({ ...event, fallbackfor })}\n`
}

/** The line of a dead letter: of an event that `destination` refused, or of a body that was no event. */
export function letterLine(event: CloudEvent, destination: string | undefined, body: string = BODY): string {
  const { id, source, recordedtime, traceparent, tracestate } = event
  const known = { id, source, ...(recordedtime && { recordedtime }) }
  const traced = { ...(traceparent && { traceparent }), ...(tracestate && { tracestate }) }
  const { subject } = event
  const original = destination === undefined ? known : { ...known, type: event.type, ...(subject && { subject }) }
  const refused = {
    body: Buffer.from(body),
    destination,
    reason: 'ERR_EVENT',
    typePrefix: 'com.google.gemini.'
  } as const
  return `${toStructured(toDeadLetter({ ...original, ...traced }, refused))}\n`
}
