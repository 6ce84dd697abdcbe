import { defineAdapter, traceContext } from '../src/adapter.ts'
import { openLane } from './lane/lane.ts'
import { createBroker } from './pubsub/broker.ts'
import { openClient } from './pubsub/client.ts'
import { toMessage } from './pubsub/message.ts'
import { options } from './pubsub/options.ts'
import { fullName, topicId } from './pubsub/topic.ts'

/** Google Cloud Pub/Sub. Accepted means: the topic has the event, and gives it to each of its subscriptions. */
export default defineAdapter({
  name: 'pubsub',
  options: options.describe('Google Cloud Pub/Sub'),
  record: (event, options) => ({ topic: fullName(options.topic, options.projectId), ...toMessage(event, options) }),
  messaging: ({ topic }) => ({ system: 'gcp_pubsub', destination: topicId(topic) }),
  async *inspect(options, _context, signal) {
    yield* (await import('./pubsub/inspect.ts')).inspect(options, signal)
  },
  async connect(options) {
    const client = await openClient(options)
    const lane = openLane(createBroker(client, options))
    return {
      publish: async (event, signal) => lane.publish(toMessage(event, options, traceContext(event)), signal),
      async close() {
        lane.close()
        await client.close()
      }
    }
  }
})
