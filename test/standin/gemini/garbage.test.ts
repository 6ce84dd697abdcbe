import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { openGemini } from './open.ts'

const json = { 'content-type': 'application/json' }

test.each([
  ['POST', '', '{', json, 400],
  ['POST', '', '', json, 400],
  ['POST', '', 'null', json, 400],
  ['POST', '', '[]', json, 400],
  ['POST', '', '{"__proto__":{"uri":"x"}}', json, 400],
  ['POST', '', `{"uri":"${'x'.repeat(70_000)}"}`, json, 400],
  ['POST', '', '\xff\0', json, 400],
  ['POST', '', 'uri=x', { 'content-type': 'application/x-www-form-urlencoded' }, 400],
  ['POST', '', '{}', { 'content-type': ';;;' }, 400],
  ['GET', '?page_size=many', undefined, {}, 400],
  ['GET', '?page_size=-1', undefined, {}, 400],
  ['GET', '?page_size=1&page_size=2', undefined, {}, 400],
  ['GET', '?page_token=beyond', undefined, {}, 400],
  ['GET', '?page_token=%FF', undefined, {}, 400],
  ['GET', '/%zz', undefined, {}, 400],
  ['GET', '/..%2f..%2fetc', undefined, {}, 404],
  ['GET', `/${'x'.repeat(101)}`, undefined, {}, 400],
  ['GET', '/none', undefined, {}, 404],
  ['DELETE', '/none', undefined, {}, 404],
  ['PATCH', '/none', '{}', json, 404],
  ['POST', '/none:ping', undefined, {}, 404],
  ['POST', '/none:rotateSigningSecret', undefined, {}, 404],
  ['POST', '/none:explode', undefined, {}, 404],
  ['POST', '/:ping', undefined, {}, 404],
  ['POST', '/__proto__:ping', undefined, {}, 404],
  ['PUT', '', '{}', json, 404],
  ['DELETE', '', undefined, {}, 404],
  ['GET', '/a/b', undefined, {}, 404]
])('%s %s with %j is refused in the form of Google’s errors', async (method, path, body, headers, code) => {
  const { call, gemini } = await openGemini()
  const answer = await call(method, path, body, headers)
  expect(answer).toEqual({
    status: code,
    body: {
      error: { code, status: code === 404 ? 'NOT_FOUND' : 'INVALID_ARGUMENT', message: expect.stringMatching(/./) }
    }
  })
  expect((await fetch(`${gemini.url}/v1/webhooks`, { headers: { 'x-goog-api-key': 'key' } })).status).toBe(200)
})

test.each(['BREW / HTTP/1.1\r\n\r\n', '\0\0\0\r\n\r\n', 'GET / HTTP/1.1\r\nhost'])('%j does no harm', async bytes => {
  const { call, gemini } = await openGemini()
  const socket = connect(Number(new URL(gemini.url).port), '127.0.0.1')
  await once(socket, 'connect')
  socket.end(bytes)
  await text(socket)
  expect((await call('GET')).status).toBe(200)
})

test.each([
  ['evil.example', 403],
  ['evil.example:80', 403],
  ['127.0.0.1.evil.example', 403],
  ['localhost', 200],
  ['[::1]:9465', 200]
])('a browser that takes loopback for %s gets %d', async (host, status) => {
  const { gemini } = await openGemini()
  const { port } = new URL(gemini.url)
  const socket = connect(Number(port), '127.0.0.1')
  socket.end(`GET /v1beta/webhooks HTTP/1.1\r\nHost: ${host}\r\nx-goog-api-key: key\r\nConnection: close\r\n\r\n`)
  expect(await text(socket)).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
})
