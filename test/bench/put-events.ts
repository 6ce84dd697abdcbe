import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Accepts every entry of every `PutEvents`: servers for tests are slower than any client.
 * @param latency milliseconds before it answers
 */
export async function servePutEvents(latency: number): Promise<{ readonly endpoint: string; stop(): void }> {
  let count = 0
  const server = createServer(async (request, response) => {
    const { Entries } = (await json(request)) as { Entries: readonly unknown[] }
    await sleep(latency)
    const body = JSON.stringify({ FailedEntryCount: 0, Entries: Entries.map(() => ({ EventId: `event-${count++}` })) })
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end(body)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop() {
      server.closeAllConnections()
      server.close()
    }
  }
}
