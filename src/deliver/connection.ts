import type { Adapter, CloudEvent } from '../adapter.ts'
import { UnavailableError } from '../errors.ts'

/** A destination's connection, and what is under way over it. */
export interface Connection {
  /**
   * Publishes one event. Settles at the latest when `signal` aborts, whatever the adapter does.
   * @param onLateAcceptance called when the broker accepts the event after `signal` has aborted
   * @throws whatever the adapter throws
   * @throws {UnavailableError} when the adapter was not asked, or has not answered in time
   */
  publish(event: CloudEvent, signal: AbortSignal, onLateAcceptance: () => void): Promise<string>
  /**
   * Closes the adapter, once, when nothing is under way any more.
   * @param ms for how many milliseconds to wait for that at most; called again, the shorter wait counts
   */
  close(ms: number): Promise<void>
}

/** How many publishes may go on although they were told to give up: an adapter with more does not do as it is told. */
const MAX_ABANDONED = 1000

/** @param name the destination's */
export function createConnection(name: string, adapter: Adapter): Connection {
  const ended = Promise.withResolvers<void>()
  // Counted, and not kept in a Set: see arrival-order.ts.
  let pending = 0
  let abandoned = 0
  let closing: Promise<void> | undefined

  return {
    // Not by `async` and races: this is done for each event, and each promise costs.
    publish: (event, signal, onLateAcceptance) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) {
          throw new UnavailableError(
            `Destination "${name}" was not asked: limits.acknowledge had passed before. See what took so long: the key set, or a busy CPU.`
          )
        }
        if (abandoned >= MAX_ABANDONED) {
          throw new UnavailableError(
            `Destination "${name}" was not asked: ${abandoned} publishes have not ended although they were given up. Report it to its adapter's author: they should settle soon after their signal aborts.`
          )
        }
        // Before there is a deadline: an adapter that throws here must not leave a rejection that nobody awaits.
        const given = adapter.publish(event, signal)
        if (typeof given?.then !== 'function') throw new TypeError('its adapter gave no promise')
        const published = Promise.resolve(given)
        pending += 1
        let isAbandoned = false
        const onAbort = () => {
          isAbandoned = true
          abandoned += 1
          reject(
            new UnavailableError(
              `Destination "${name}" had not accepted the event by the end of limits.acknowledge; it still may. See why its broker is slow.`
            )
          )
        }
        const end = () => {
          signal.removeEventListener('abort', onAbort)
          pending -= 1
          if (isAbandoned) abandoned -= 1
          if (closing && pending === 0) ended.resolve()
        }
        signal.addEventListener('abort', onAbort, { once: true })
        published.then(
          messageId => {
            end()
            if (signal.aborted) onLateAcceptance()
            resolve(messageId)
          },
          error => {
            end()
            reject(error)
          }
        )
      }),
    close(ms) {
      if (pending === 0) ended.resolve()
      setTimeout(ended.resolve, ms).unref()
      closing ??= ended.promise.then(() => adapter.close())
      return closing
    }
  }
}
