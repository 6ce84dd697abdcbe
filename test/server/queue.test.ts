import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { queueRequests } from '../../src/server/queue.ts'

/** A queue, and the paths of the requests that it has let through. */
function createQueue() {
  const handled: string[] = []
  const handle = queueRequests(({ url = '' }) => handled.push(url))
  const add = (url: string, headers: NodeJS.Dict<string> = {}) => {
    const request = new IncomingMessage(new Socket())
    Object.assign(request, { url })
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

test('large bodies wait up to 4 MiB: what comes after is handled as it comes, and its bounds are those of receiving', async () => {
  const { handled, add } = createQueue()
  for (let i = 0; i < 100; i += 1) add('/hooks', { 'content-length': '1000000' })
  // 8 at once, 64 that wait, and 28 that do not.
  expect(handled).toHaveLength(36)
  for (let i = 0; i < 8; i += 1) await nextTurn()
  expect(handled).toHaveLength(100)
  for (let i = 0; i < 100; i += 1) add('/hooks', { 'transfer-encoding': 'chunked' })
  expect(handled).toHaveLength(136)
})

test('whoever has gone meanwhile is not handled', async () => {
  const { handled, add } = createQueue()
  const requests = Array.from({ length: 20 }, () => add('/hooks'))
  for (const { socket } of requests) socket.destroy()
  for (let i = 0; i < 3; i += 1) await nextTurn()
  expect(handled).toHaveLength(8)
})
