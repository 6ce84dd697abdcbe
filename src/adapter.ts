import { z } from 'zod'
import type { CloudEvent } from './event.ts'

export { EventError, UnavailableError } from './errors.ts'
export { attributesOf, isJson, STRUCTURED_TYPE, toStructured } from './event.ts'
export { importModule } from './import-module.ts'
export { type TraceContext, traceContext } from './trace-context.ts'
export type { CloudEvent }
/** The bridge's own zod, so that an adapter's options and the bridge's configuration are validated by one library. */
export { z }

/** One connection to one broker. Made at the start, and again when its options have changed; `publish` may be called concurrently. */
export interface Adapter {
  /**
   * Hands one event to the broker. Resolves with the broker's own message id, and only once the broker has durably
   * accepted the event. Settles soon after `signal` aborts. Retries inside that deadline are the adapter's or its
   * client's; beyond it, Gemini redelivers.
   * @throws {UnavailableError} when a redelivery may succeed, or when unsure
   * @throws {EventError} when this event can never be published
   */
  publish(event: CloudEvent, signal: AbortSignal): Promise<string>
  /** Releases the client. Called once, after the last `publish` has settled: the bridge drains, not the adapter. */
  close(): Promise<void>
}

/** What an adapter may say while it works: fields first, then one sentence. Never a secret. */
export interface Log {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** What the bridge gives an adapter beside its options. */
export interface AdapterContext {
  /** The destination's name in the configuration. */
  readonly destination: string
  /** The folder that relative paths in options start from: that of the configuration file. */
  readonly directory: string
  readonly log: Log
}

/** How OpenTelemetry's conventions call what a destination publishes to. */
export interface Messaging {
  /** A value of `messaging.system`, such as `kafka`. */
  readonly system: string
  /** The topic or bus: `messaging.destination.name`. */
  readonly destination?: string
}

/** What the bridge gives an inspection beside the options. */
export interface InspectContext extends AdapterContext {
  /** The largest webhook that the bridge takes (`limits.body`), in bytes. */
  readonly body: number
}

/** What is known of a destination before its first event. */
export interface Finding {
  /** Can it be reached, does it know the bridge, is it there, may the bridge publish, how sure is what it has accepted. */
  readonly about: 'reachable' | 'authenticated' | 'exists' | 'permission' | 'durability'
  /**
   * `warning`: events are accepted, and may be lost then. `fault`: events will not be accepted. `unknown`: nobody knows,
   * say for want of a permission that publishing does not need.
   */
  readonly state: 'ok' | 'warning' | 'fault' | 'unknown'
  /** What is the case, and, unless that is as it should be, what to do or to grant. Never a secret. */
  readonly says: string
}

/** An adapter module's default export. */
export interface AdapterDefinition<Options extends z.ZodObject = z.ZodObject> {
  /** Lower case; in upper case it is the prefix of the adapter's environment variables. */
  readonly name: string
  /** A strict object: each option with a description, and `.meta({ secret: true })` where it is one. */
  readonly options: Options
  /**
   * Opens the connection. Needs no permission that `publish` does not.
   * @throws {UnavailableError} when the broker cannot be reached; the bridge goes on trying
   */
  connect(options: z.output<Options>, context: AdapterContext): Adapter | Promise<Adapter>
  /**
   * The record (message, entry, line) that the broker would receive, as plain data for people to read, in the broker's
   * own words: bytes as Uint8Array, times as Date. Pure: it knows nothing but the event and the options, shows no secret,
   * and is made by the same function as what `publish` sends. Optional; for `check --event`.
   * @throws {EventError} when this event can never be published, as far as that is known without the broker
   */
  record?(event: CloudEvent, options: z.output<Options>): unknown
  /** For the spans of `publish`. Pure. Optional; without it, the system is the adapter's name. */
  messaging?(options: z.output<Options>): Messaging
  /**
   * Looks at the destination over a connection of its own, and gives each finding as soon as there is one. It publishes
   * nothing, changes nothing, and does without any permission that `publish` does not need: what it may not see is
   * `unknown`. Ends soon after `signal` aborts. What it throws counts as a fault. Optional, for `check --connect`; without
   * it, the bridge connects, and closes.
   */
  inspect?(options: z.output<Options>, context: InspectContext, signal: AbortSignal): AsyncIterable<Finding>
}

/** Types an adapter definition; returns it unchanged. */
export function defineAdapter<Options extends z.ZodObject>(
  definition: AdapterDefinition<Options>
): AdapterDefinition<Options> {
  return definition
}
