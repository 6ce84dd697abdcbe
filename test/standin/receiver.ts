import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'

/** One request as it came over the wire. */
export interface Delivery {
  readonly method: string | undefined
  readonly url: string | undefined
  readonly headers: IncomingHttpHeaders
  readonly rawHeaders: readonly string[]
  readonly body: string
}

/** A small HTTP server on loopback that notes what it is sent; closed at the test's end. */
export async function openReceiver(answer: (response: ServerResponse, count: number) => void) {
  const deliveries: Delivery[] = []
  const server = createServer(async (request, response) => {
    const { method, url, headers, rawHeaders } = request
    deliveries.push({ method, url, headers, rawHeaders, body: await text(request) })
    answer(response, deliveries.length)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(async () => {
    server.close().closeAllConnections()
    await once(server, 'close')
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks/gemini`, deliveries }
}

/** Answers as the bridge refuses. */
export function refuse(response: ServerResponse, statusCode: number, code: string): void {
  response.writeHead(statusCode, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ statusCode, code, message: 'No.' }))
}
