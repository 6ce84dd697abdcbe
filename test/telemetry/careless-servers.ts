import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { createCarelessKafka } from './careless-kafka.ts'

/** Servers that refuse whatever they are asked, and repeat all that they were told. */
export interface CarelessServers extends AsyncDisposable {
  /** As a Redis: every command is an error that quotes it. */
  readonly redis: number
  /** As HTTP: 401, with the request's own headers and body in an error of AWS's form and of OAuth's. */
  readonly http: number
  /** As a Kafka broker: no sign-in succeeds. */
  readonly kafka: number
  /** No protocol at all: every byte comes back. */
  readonly echo: number
  /** All that they were told so far. */
  readonly told: string
}

export async function openCarelessServers(): Promise<CarelessServers> {
  let told = ''
  const redis = createServer(socket => {
    socket
      .on('error', () => {})
      .on('data', chunk => {
        told += chunk
        const words = chunk.toString('latin1').replaceAll(/[\r\n]+/g, ' ')
        for (let count = chunk.toString().split(/^\*/m).length; count > 1; count -= 1) socket.write(`-ERR ${words}\r\n`)
      })
  })
  const echo = createServer(socket => {
    socket
      .on('error', () => {})
      .on('data', chunk => {
        told += chunk
        socket.write(chunk)
      })
  })
  const http = createHttpServer(async (request, response) => {
    const body = (await request.toArray()).join('')
    const words = `${JSON.stringify(request.rawHeaders)} ${body}`
    told += words
    response.writeHead(401, { 'content-type': 'application/x-amz-json-1.1', 'www-authenticate': 'Basic' })
    response.end(
      JSON.stringify({ __type: 'InvalidSignatureException', message: words, error: words, error_description: words })
    )
  })
  const kafka = createCarelessKafka(text => {
    told += text
  })
  const servers = [redis, http, kafka, echo]
  for (const server of servers) await once(server.listen(0, '127.0.0.1'), 'listening')
  const portOf = (server: (typeof servers)[number]) => (server.address() as AddressInfo).port
  return {
    redis: portOf(redis),
    http: portOf(http),
    kafka: portOf(kafka),
    echo: portOf(echo),
    get told() {
      return told
    },
    async [Symbol.asyncDispose]() {
      http.closeAllConnections()
      await Promise.all(servers.map(server => server.close()))
    }
  }
}
