import { defineAdapter, traceContext } from '../src/adapter.ts'
import { openClient } from './kafka/clients.ts'
import { toFault } from './kafka/error.ts'
import { options } from './kafka/options.ts'
import { openPublisher } from './kafka/publisher.ts'
import { toRecord } from './kafka/record.ts'

/** Apache Kafka and whatever speaks its protocol. Accepted means: all in-sync replicas of the partition have the event. */
export default defineAdapter({
  name: 'kafka',
  options: options.describe('Apache Kafka, and whatever speaks its protocol'),
  record: (event, options) => ({ topic: options.topic, ...toRecord(event, options) }),
  messaging: ({ topic }) => ({ system: 'kafka', destination: topic }),
  async *inspect(options, context, signal) {
    yield* (await import('./kafka/inspect.ts')).inspect(options, context, signal)
  },
  async connect(options, { directory, log }) {
    const { topic } = options
    const client = await openClient(options, directory, log)
    try {
      const publisher = await openPublisher(client, topic)
      return {
        publish: (event, signal) => publisher.publish(toRecord(event, options, traceContext(event)), signal),
        close: publisher.close
      }
    } catch (cause) {
      await client.close()
      throw toFault(cause, topic).error
    }
  }
})
