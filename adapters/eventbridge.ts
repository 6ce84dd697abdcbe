import { defineAdapter, traceContext } from '../src/adapter.ts'
import { createBroker } from './eventbridge/broker.ts'
import { openClient } from './eventbridge/client.ts'
import { toEntry } from './eventbridge/entry.ts'
import { options } from './eventbridge/options.ts'
import { openLane } from './lane/lane.ts'

/** Amazon EventBridge. Accepted means: the bus has the event, and gives it to the targets of the rules that match. */
export default defineAdapter({
  name: 'eventbridge',
  options: options.describe('Amazon EventBridge'),
  record: (event, options) => toEntry(event, options),
  messaging: ({ bus }) => ({ system: 'aws.eventbridge', destination: bus }),
  async *inspect(options, _context, signal) {
    yield* (await import('./eventbridge/inspect.ts')).inspect(options, signal)
  },
  async connect(options) {
    const client = await openClient(options)
    const lane = openLane(createBroker(client, options))
    return {
      publish: async (event, signal) => lane.publish(toEntry(event, options, traceContext(event)), signal),
      async close() {
        lane.close()
        client.close()
      }
    }
  }
})
