import { once } from 'node:events'
import { type Adapter, type CloudEvent, defineAdapter, UnavailableError, z } from '../src/adapter.ts'

const options = z.strictObject({
  capacity: z.int().min(1).max(100_000).default(1000).describe('How many events are kept; older ones are forgotten.')
})

/** A connection that keeps events in this process, for tests, benchmarks and a first try: they end with it. */
export interface Memory extends Adapter {
  /** The newest events, oldest first; still there after `close`. */
  readonly events: readonly CloudEvent[]
  /** What is wrong with the pretended broker. While this is set, nothing is accepted. */
  fault: keyof typeof faults | undefined
}

const faults = {
  gone: 'Memory cannot be reached, as its test demands. Set fault to undefined.',
  refusing: 'Memory refuses events, as its test demands. Set fault to undefined.',
  hung: 'Memory did not accept the event before the deadline, as its test demands. Set fault to undefined.'
} as const

function toError(fault: keyof typeof faults): UnavailableError {
  return new UnavailableError(faults[fault])
}

/** Opens a connection of its own: no two share their events. */
export function openMemory({ capacity }: z.output<typeof options>): Memory {
  const kept = new Map<number, CloudEvent>()
  let count = 0
  const memory: Memory = {
    fault: undefined,
    get events() {
      return [...kept.values()]
    },
    async publish(event, signal) {
      if (memory.fault === 'hung' && !signal.aborted) await once(signal, 'abort')
      if (signal.aborted) throw toError('hung')
      if (memory.fault !== undefined) throw toError(memory.fault)
      count += 1
      kept.set(count, event)
      kept.delete(count - capacity)
      return String(count)
    },
    async close() {}
  }
  return memory
}

export default defineAdapter({
  name: 'memory',
  options: options.describe('kept in this process, for tests'),
  record: event => event,
  async *inspect() {
    yield { about: 'durability', state: 'warning', says: 'Events are in this process alone, and end with it.' }
  },
  connect: openMemory
})
