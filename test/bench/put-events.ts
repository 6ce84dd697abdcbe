import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'

export interface PutEvents {
  readonly endpoint: string
  /** How many entries of this source it has accepted. */
  accepted(source: string): number
  stop(): void
}

/**
 * Accepts every entry of every `PutEvents`: servers for tests are slower than any client.
 * @param latency milliseconds before it answers
 */
export async function servePutEvents(latency: number): Promise<PutEvents> {
  let count = 0
  const accepted = new Map<string, number>()
  const server = createServer(async (request, response) => {
    const { Entries } = (await json(request)) as { Entries: readonly { readonly Source: string }[] }
    await sleep(latency)
    for (const { Source } of Entries) accepted.set(Source, (accepted.get(Source) ?? 0) + 1)
    const body = JSON.stringify({ FailedEntryCount: 0, Entries: Entries.map(() => ({ EventId: `event-${count++}` })) })
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end(body)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    accepted: source => accepted.get(source) ?? 0,
    stop() {
      server.closeAllConnections()
      server.close()
    }
  }
}
