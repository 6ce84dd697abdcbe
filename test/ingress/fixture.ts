import { type CloudEvent, defineAdapter, z } from '../../src/adapter.ts'

/** A pretended broker, whose test decides what becomes of every event. */
export interface Broker {
  /** What `publish` does from now on; `accept` at first. */
  publish: (event: CloudEvent, signal: AbortSignal) => Promise<string>
  /** What connecting waits for, or fails with; nothing at first. */
  connect: () => Promise<void>
  /** What closing waits for; nothing at first. */
  close: () => Promise<void>
  /** Keeps the event and accepts it: to be called by whatever replaces `publish`. */
  accept: (event: CloudEvent) => Promise<string>
  /** All that was accepted, oldest first. */
  readonly events: CloudEvent[]
  closed: boolean
}

const brokers = new Map<string, Broker>()

/** Makes the broker that a destination of this adapter will connect to, by the option `broker`. */
export function createBroker(name: string): Broker {
  const events: CloudEvent[] = []
  const accept = async (event: CloudEvent) => String(events.push(event))
  const broker: Broker = {
    publish: accept,
    connect: async () => {},
    close: async () => {},
    accept,
    events,
    closed: false
  }
  brokers.set(name, broker)
  return broker
}

export function removeBroker(name: string): void {
  brokers.delete(name)
}

export default defineAdapter({
  name: 'fixture',
  options: z.strictObject({ broker: z.string().describe('The name that the test gave to createBroker.') }),
  async connect({ broker: name }) {
    const broker = brokers.get(name)
    if (broker === undefined) throw new Error(`no test has made the broker "${name}"`)
    await broker.connect()
    return {
      publish: (event, signal) => broker.publish(event, signal),
      async close() {
        await broker.close()
        broker.closed = true
      }
    }
  }
})
