import { defineAdapter, traceContext } from '../src/adapter.ts'
import { createBroker } from './http/broker.ts'
import { openClient } from './http/client.ts'
import { toFault } from './http/error.ts'
import { knock } from './http/knock.ts'
import { options } from './http/options.ts'
import { toRequest } from './http/request.ts'
import { openLane } from './lane/lane.ts'

/** Whatever takes CloudEvents by HTTP. Accepted means: it has answered with a 2xx. */
export default defineAdapter({
  name: 'http',
  options: options.describe('whatever takes CloudEvents by HTTP: Knative, Dapr, Event Grid'),
  record: (event, options) => ({ method: 'POST', url: options.url, ...toRequest(event, options) }),
  messaging: ({ url }) => ({ system: 'http', destination: url }),
  async *inspect(options, _context, signal) {
    yield* (await import('./http/inspect.ts')).inspect(options, signal)
  },
  async connect(options) {
    const { url } = options
    await knock(url).catch(cause => {
      throw toFault(cause, url).error
    })
    const client = openClient(options)
    const lane = openLane(createBroker(client, url))
    return {
      publish: async (event, signal) => lane.publish(toRequest(event, options, traceContext(event)), signal),
      async close() {
        lane.close()
        client.close()
      }
    }
  }
})
