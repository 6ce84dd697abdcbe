import type { Broker } from '../lane/broker.ts'
import { CONNECTIONS, type HttpClient } from './client.ts'
import { silence, toFault } from './error.ts'
import type { HttpRequest } from './request.ts'

/** A receiver as a lane sees it: one event in each request. */
export function createBroker(client: HttpClient, url: string): Broker<HttpRequest> {
  let count = 0
  return {
    name: url,
    concurrency: CONNECTIONS,
    limits: { items: 1, bytes: Number.POSITIVE_INFINITY },
    sizeOf: ({ body }) => body.length,
    send: (requests, signal) =>
      Promise.all(
        requests.map(async request => {
          const status = await client.post(request, signal)
          count += 1
          // The binding has no message ids: the status, and the how manieth acceptance of this connection.
          return { id: `${status}-${count}` }
        })
      ),
    toFault: cause => toFault(cause, url),
    silence: () => silence(url)
  }
}
