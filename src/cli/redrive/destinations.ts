import { setTimeout as sleep } from 'node:timers/promises'
import type { Config } from '../../config/config.ts'
import { type Destination, openDestination, type PublishResult } from '../../deliver/destination.ts'
import type { CloudEvent } from '../../event.ts'
import type { Logger } from '../../telemetry/log.ts'
import { createPublisher, type Patience } from './publisher.ts'

/** The configured destinations, each connected when the first event is for it. */
export interface Destinations {
  /** @param name one of the configuration's */
  publish(name: string, event: CloudEvent): Promise<PublishResult>
  /** Closes those that were connected; a client that does not close is left to the end of the process. */
  close(): Promise<void>
}

const CLOSE_MS = 2000

export function createDestinations(config: Config, log: Logger, patience: Patience): Destinations {
  const opened: Destination[] = []
  const publishers = new Map<string, ReturnType<typeof createPublisher>>()
  const open = (name: string) => {
    const configured = config.destinations.find(destination => destination.name === name)
    if (configured === undefined) throw new Error(`no destination is named "${name}"`)
    const destination = openDestination(configured, { directory: config.directory, log })
    opened.push(destination)
    const publisher = createPublisher(destination, patience)
    publishers.set(name, publisher)
    return publisher
  }
  return {
    publish: (name, event) => (publishers.get(name) ?? open(name))(event),
    async close() {
      const timer = new AbortController()
      const closed = Promise.allSettled(opened.map(destination => destination.close()))
      const late = sleep(CLOSE_MS, undefined, { signal: timer.signal }).catch(() => {})
      await Promise.race([closed, late])
      timer.abort()
    }
  }
}
