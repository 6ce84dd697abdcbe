import type { Config } from '../../config/config.ts'
import { suggestion } from '../../config/nearest.ts'
import { createRouter } from '../../deliver/routes.ts'
import { EventError } from '../../errors.ts'
import type { CloudEvent } from '../../event.ts'
import { createNormalizer } from '../../normalize.ts'

/** An event, and where it belongs. */
export interface Publication {
  /** The destination's name. */
  readonly destination: string
  readonly event: CloudEvent
}

/**
 * Makes the function that says what a dead letter or fallback event was meant to be, and where it belongs. A dead letter's
 * event is made anew from the webhook's body, by the configuration as it is now.
 * @returns an empty list when it is neither
 * @throws {EventError} when it cannot be what it was meant to be, or belongs nowhere
 */
export function createPlanner(config: Config): (event: CloudEvent) => readonly Publication[] {
  const names = config.destinations.map(({ name }) => name)
  const route = createRouter(config)

  const known = (name: string): string => {
    if (names.includes(name)) return name
    throw new EventError(`The configuration has no destination "${name}"; ${suggestion(name, names)}`)
  }
  /** @throws {EventError} when this can be no event, still */
  const restore = ({ source, data, ...letter }: CloudEvent, id: string): CloudEvent => {
    const { recordedtime, traceparent, tracestate } = letter
    const receivedAt = Date.parse(recordedtime ?? '')
    if (Number.isNaN(receivedAt))
      throw new EventError('The dead letter has no recordedtime that can be read. Correct it, as RFC 3339.')
    // As much as `serve` would take, and its reading costs many times its length.
    if (data.length > config.limits.body) {
      throw new EventError(
        `The original body has ${data.length} bytes, and limits.body is ${config.limits.body} bytes. Raise it.`
      )
    }
    const body = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
    const trace = { ...(traceparent !== undefined && { traceparent }), ...(tracestate !== undefined && { tracestate }) }
    return createNormalizer({ source, ...config.events })({ id, body, receivedAt, trace }).event
  }

  return event => {
    const { fallbackfor, ...original } = event
    if (typeof fallbackfor === 'string') return [{ destination: known(fallbackfor), event: Object.freeze(original) }]
    const { originalid, deadletterdest } = event
    if (!event.type.endsWith('dead_letter') || typeof originalid !== 'string' || originalid === '') {
      return []
    }
    if (typeof deadletterdest === 'string') {
      return [{ destination: known(deadletterdest), event: restore(event, originalid) }]
    }
    const restored = restore(event, originalid)
    const targets = route(restored)
    const required = targets.filter(({ required }) => required)
    if (targets.length === 0)
      throw new EventError('No route wants this event. Add a route for it, or leave its line out.')
    // As for `serve`, a best-effort destination counts only where there is no other.
    return (required.length > 0 ? required : targets).map(({ destination }) => ({ destination, event: restored }))
  }
}
