import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { queueRequests } from '../../src/server/queue.ts'

/** A queue, and the paths of the requests that it has let through. */
function createQueue() {
  const handled: string[] = []
  const handle = queueRequests(({ url = '' }) => handled.push(url))
  const add = (url: string, headers: NodeJS.Dict<string> = {}, method = 'GET') => {
    const request = new IncomingMessage(new Socket())
    Object.assign(request, { url, method })
    Object.assign(request.headers, headers)
    handle(request, new ServerResponse(request))
    return request
  }
  return { handled, add }
}

test('health is answered at once, however many requests wait', async () => {
  const { handled, add } = createQueue()
  for (let i = 0; i < 1000; i += 1) add('/hooks')
  const before = handled.length
  add('/health/live')
  expect(handled).toHaveLength(before + 1)
  expect(handled.at(-1)).toBe('/health/live')
  await nextTurn()
  expect(handled.length).toBeLessThan(100)
})

test('only health checks are health: no other method or path, and nothing with a body', () => {
  const { handled, add } = createQueue()
  for (let i = 0; i < 8; i += 1) add('/hooks')
  add('/health/live', {}, 'POST')
  add('/health/other')
  add('/health/live?a')
  add('/health/live', { 'content-length': '10' })
  add('/health/live', { 'transfer-encoding': 'chunked' })
  expect(handled).toHaveLength(8)
  add('/health/ready', { 'content-length': '0' }, 'HEAD')
  expect(handled).toHaveLength(9)
})

test('large bodies wait up to 4 MiB: beyond it, those that have waited longest are handled at once', async () => {
  const { handled, add } = createQueue()
  const paths = Array.from({ length: 100 }, (_, i) => `/${i}`)
  for (const path of paths) add(path, { 'content-length': '1000000' })
  // 8 at once, 63 that wait with 65 KiB each, and 29 that had to make room.
  expect(handled).toEqual(paths.slice(0, 37))
  for (let i = 0; i < 8; i += 1) await nextTurn()
  expect(handled).toEqual(paths)
})

test('nor do many small ones wait without end', () => {
  const { handled, add } = createQueue()
  for (let i = 0; i < 5000; i += 1) add('/hooks')
  expect(handled).toHaveLength(5000 - 4096)
})

test('whoever has gone meanwhile is not handled', async () => {
  const { handled, add } = createQueue()
  const requests = Array.from({ length: 20 }, () => add('/hooks'))
  for (const { socket } of requests) socket.destroy()
  for (let i = 0; i < 3; i += 1) await nextTurn()
  expect(handled).toHaveLength(8)
})
