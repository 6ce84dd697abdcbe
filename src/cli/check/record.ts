import type { Config, DestinationConfig } from '../../config/config.ts'
import { toDeadLetter, type Unpublishable } from '../../deliver/dead-letter.ts'
import { type CloudEvent, toStructured } from '../../event.ts'
import { renderRecord } from './render-record.ts'

/** What a destination does with an event: receives a record of it, or refuses it for good. */
export type Said =
  | { readonly record: unknown }
  /** Nobody can say what the record is, and why; if the adapter cannot, the event that it would be given. */
  | { readonly note: string; readonly event?: string }
  | { readonly refused: string }

/** What goes to the dead letter in an event's stead. */
export type Buried = { readonly destination: string; readonly adapter: string } & Said

/** Asks the destination's adapter, which connects to nothing for that. */
export function recordAt({ definition, options }: DestinationConfig, event: CloudEvent): Said {
  if (definition.record === undefined) {
    return {
      note: 'The adapter does not say what its records are. It is given this event.',
      event: toStructured(event)
    }
  }
  try {
    return { record: renderRecord(definition.record(event, options)) }
  } catch (error) {
    // By the code, since an adapter installed elsewhere brings a copy of the class that is not ours.
    if (error instanceof Error && 'code' in error && error.code === 'ERR_EVENT') return { refused: error.message }
    const note = `The adapter failed to say what its record is (${error}). It is given this event.`
    return { note, event: toStructured(event) }
  }
}

/**
 * What the dead letter gets; undefined where there is none.
 * @param refused.destination which refused the event; undefined when the body is no event
 * @param refused.body the webhook's; undefined when the event did not come by one
 */
export function deadLetterOf(
  webhook: Unpublishable,
  { destination, body }: { readonly destination?: string; readonly body: Buffer | undefined },
  { destinations, deadLetter, events: { typePrefix } }: Config
): Buried | undefined {
  const to = destinations.find(({ name }) => name === deadLetter)
  if (to === undefined) return undefined
  const about = { destination: to.name, adapter: to.adapter }
  if (body === undefined) return { ...about, note: "Its data are the body of the event's webhook, which is not known." }
  const letter = toDeadLetter(webhook, { destination, body, reason: 'ERR_EVENT', typePrefix })
  return { ...about, ...recordAt(to, letter) }
}
