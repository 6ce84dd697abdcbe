import type { RequestListener } from 'node:http'
import { expect, test } from 'vitest'
import { fetchKeySet } from '../../src/verify/fetch-key-set.ts'
import { serveKeys } from './key-set-server.ts'
import { never } from './signers.ts'

const load = (url: string, signal = never) => fetchKeySet(new URL(url), fetch, signal)

test('the text comes as it was sent', async () => {
  await using server = await serveKeys({ keys: ['\u{1f511}'] })
  expect(await load(server.url)).toBe('{"keys":["\u{1f511}"]}')
})

test('64 KiB are taken, one byte more is not', async () => {
  await using server = await serveKeys((_request, response) => response.end('x'.repeat(65_536)))
  expect(await load(server.url)).toHaveLength(65_536)
  server.answer((_request, response) => response.end('x'.repeat(65_537)))
  await expect(load(server.url)).rejects.toThrow('larger than 64 KiB')
})

test('an endless answer is cut off, and its connection closed', async () => {
  const closed = Promise.withResolvers<void>()
  await using server = await serveKeys((_request, response) => {
    response.on('close', closed.resolve)
    const write = () => {
      while (!response.destroyed && response.write('x'.repeat(16_384)));
    }
    response.on('drain', write)
    write()
  })
  await expect(load(server.url)).rejects.toThrow('larger than 64 KiB')
  await closed.promise
})

test.each<[string, RequestListener, string]>([
  ['an error', (_request, response) => response.writeHead(500).end('{"keys":[]}'), 'it answered 500'],
  ['nothing', (_request, response) => response.writeHead(204).end(), 'it answered 204'],
  ['a cut connection', request => request.socket.destroy(), 'other side closed'],
  ['something that is not HTTP', request => request.socket.end('hello'), 'HTTP']
])('%s is a failure', async (_name, answer, reason) => {
  await using server = await serveKeys(answer)
  await expect(load(server.url)).rejects.toThrow(reason)
})

test.each([301, 302, 303, 307, 308])('a redirect (%i) is a failure, and is not followed', async status => {
  await using target = await serveKeys({ keys: [] })
  await using server = await serveKeys((_request, response) =>
    response.writeHead(status, { location: target.url }).end()
  )
  await expect(load(server.url)).rejects.toThrow('redirect')
  expect([server.requests, target.requests]).toEqual([1, 0])
})

test('nobody there is a failure that says so', async () => {
  const server = await serveKeys({})
  await server.stop()
  await expect(load(server.url)).rejects.toThrow('ECONNREFUSED')
})

test('a slow answer is given 2 s, headers and body together', { concurrent: true }, async () => {
  await using server = await serveKeys((_request, response) => {
    response.writeHead(200)
    response.write('{')
  })
  const start = performance.now()
  await expect(load(server.url)).rejects.toThrow('did not answer within 2 s')
  expect(performance.now() - start).toBeGreaterThan(1900)
  expect(performance.now() - start).toBeLessThan(3500)
})

test('an aborted signal ends it', async () => {
  const asked = Promise.withResolvers<void>()
  await using server = await serveKeys(() => asked.resolve())
  const controller = new AbortController()
  const loading = load(server.url, controller.signal)
  await asked.promise
  controller.abort(new Error('closing'))
  await expect(loading).rejects.toThrow('closing')
})
