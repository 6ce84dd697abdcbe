import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A key set endpoint on a loopback socket, whose answer can be changed while it runs. */
export async function serveKeys(answer: RequestListener | object) {
  const listenerOf = (answer: RequestListener | object): RequestListener =>
    typeof answer === 'function'
      ? (answer as RequestListener)
      : (_request, response) => response.end(JSON.stringify(answer))
  let listener = listenerOf(answer)
  let requests = 0
  const server = createServer((request, response) => {
    requests++
    listener(request, response)
  })
  let port = 0
  const listen = () => new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve))
  const stop = () =>
    new Promise<void>(resolve => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  await listen()
  port = (server.address() as AddressInfo).port
  return {
    url: `http://127.0.0.1:${port}/jwks.json`,
    get requests() {
      return requests
    },
    answer(next: RequestListener | object) {
      listener = listenerOf(next)
    },
    /** Nothing listens at the address until `listen`. */
    stop,
    listen,
    [Symbol.asyncDispose]: stop
  }
}
