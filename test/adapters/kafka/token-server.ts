import type { RequestListener } from 'node:http'
import { text } from 'node:stream/consumers'
import { serveKeys } from '../../verify/key-set-server.ts'

/** A token endpoint on a loopback socket, and what it was asked last. */
export async function serveTokens(answer: RequestListener | object) {
  const asked = { method: '', path: '', authorization: '', form: {} as Record<string, string> }
  const server = await serveKeys((request, response) => {
    asked.method = request.method ?? ''
    asked.path = request.url ?? ''
    asked.authorization = request.headers.authorization ?? ''
    void text(request).then(body => {
      asked.form = Object.fromEntries(new URLSearchParams(body))
      if (typeof answer === 'function') return (answer as RequestListener)(request, response)
      return response.setHeader('content-type', 'application/json').end(JSON.stringify(answer))
    })
  })
  return {
    url: server.url.replace('jwks.json', 'oauth2/token'),
    asked,
    get requests() {
      return server.requests
    },
    stop: server.stop,
    [Symbol.asyncDispose]: server.stop
  }
}
