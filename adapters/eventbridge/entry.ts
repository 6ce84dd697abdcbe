import { type CloudEvent, EventError, isJson, type TraceContext, toStructured } from '../../src/adapter.ts'
import { type EventbridgeOptions, SIZE_LIMITS } from './options.ts'

/** What one event is on a bus, as `PutEvents` takes it. */
export interface Entry {
  readonly EventBusName: string
  readonly Source: string
  readonly DetailType: string
  /** A JSON object. */
  readonly Detail: string
  readonly Time?: Date
  readonly TraceHeader?: string
}

const DETAIL_TYPE_CHARACTERS = 128
const TIME_BYTES = 14
const TRACEPARENT = /^[\da-f]{2}-([\da-f]{8})([\da-f]{24})-([\da-f]{16})-([\da-f]{2})(-|$)/

/**
 * The event as an entry. EventBridge refuses, or counts, by the entry's own fields; the event's attributes are in its
 * detail, unless that is the data alone.
 * @param trace what its targets go on from; the event keeps what it came with
 * @throws {EventError} when no bus can take the event
 * @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html
 */
export function toEntry(
  event: CloudEvent,
  { bus, source, detail, sizeLimit }: Pick<EventbridgeOptions, 'bus' | 'source' | 'detail' | 'sizeLimit'>,
  { traceparent = '' }: TraceContext = event
): Entry {
  const { type, time = '' } = event
  if (type.length > DETAIL_TYPE_CHARACTERS) {
    throw new EventError(
      `The event's type has ${type.length} characters, and EventBridge takes at most ${DETAIL_TYPE_CHARACTERS}. Shorten events.typePrefix, or route it elsewhere.`
    )
  }
  const Time = toTime(time)
  const TraceHeader = toTraceHeader(traceparent)
  const entry = {
    EventBusName: bus,
    Source: source,
    DetailType: type,
    Detail: detail === 'event' ? toStructured(event) : toObject(event),
    ...(Time && { Time }),
    ...(TraceHeader !== undefined && { TraceHeader })
  }
  if (sizeOf(entry) <= SIZE_LIMITS[sizeLimit]) return entry
  throw new EventError(
    `The event is larger than EventBridge takes: ${sizeOf(entry)} bytes, and sizeLimit is ${sizeLimit}. Raise it if the bus takes more, or route the event elsewhere.`
  )
}

/**
 * The entry's size as AWS counts it, in bytes.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html
 */
export function sizeOf({ Source, DetailType, Detail, Time }: Entry): number {
  const text = Buffer.byteLength(Source) + Buffer.byteLength(DetailType) + Buffer.byteLength(Detail)
  return Time ? text + TIME_BYTES : text
}

/** The data alone, which must be a JSON object. */
function toObject(event: CloudEvent): string {
  const { data } = event
  const text = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('utf8')
  if (isJson(event) && /^\s*\{/.test(text)) return text
  throw new EventError("The event's data are no JSON object, so they cannot be an entry's detail. Use detail: event.")
}

/** AWS has milliseconds, the years from 1970 to 9999, and no leap second: such a time is left to the detail. */
function toTime(time: string): Date | undefined {
  // V8 misreads fractions of more than nine digits that begin with 0.
  const date = new Date(time.toUpperCase().replace(/(\.\d{3})\d+/, '$1'))
  return date.getTime() >= 0 && date.getUTCFullYear() <= 9999 ? date : undefined
}

/**
 * The trace context in the form of AWS X-Ray.
 * @see https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
 */
function toTraceHeader(traceparent: string): string | undefined {
  const [, epoch, random, parent, flags = ''] = TRACEPARENT.exec(traceparent) ?? []
  if (epoch === undefined) return undefined
  return `Root=1-${epoch}-${random};Parent=${parent};Sampled=${Number.parseInt(flags, 16) & 1}`
}
