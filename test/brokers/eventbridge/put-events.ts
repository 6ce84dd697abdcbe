/**
 * PutEvents on the wire, in AWS JSON 1.1: https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html. The name of
 * an error is `__type` in its body.
 */

/** An entry as the client sent it. */
export interface Entry {
  readonly EventBusName?: string
  readonly Source?: string
  readonly DetailType?: string
  readonly Detail?: string
  readonly Resources?: readonly string[]
  /** Seconds since 1970, with fractions. */
  readonly Time?: number
  readonly TraceHeader?: string
}

/** What comes back for one entry: the event's id, or an error. */
export interface Result {
  readonly EventId?: string
  readonly ErrorCode?: string
  readonly ErrorMessage?: string
}

export interface Reply {
  readonly status: number
  readonly body: string
}

/** The bytes that EventBridge counts: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html */
export function sizeOf({ Time, Source = '', DetailType = '', Detail = '', Resources = [] }: Entry): number {
  const texts = [Source, DetailType, Detail, ...Resources]
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text), Time === undefined ? 0 : 14)
}

/** The answer that is an error of this name. */
export function refusal(status: number, type: string, message: string): Reply {
  return { status, body: JSON.stringify({ __type: type, message }) }
}

/** The answer to entries of which some were accepted and others not. */
export function resultOf(results: readonly Result[]): Reply {
  const FailedEntryCount = results.filter(({ ErrorCode }) => ErrorCode !== undefined).length
  return { status: 200, body: JSON.stringify({ FailedEntryCount, Entries: results }) }
}
