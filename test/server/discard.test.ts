import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createDiscard, free } from '../../src/server/discard.ts'

test('memory of its own is given back, shared memory is left alone', () => {
  const own = Buffer.allocUnsafeSlow(1000)
  free(own)
  expect(own).toHaveLength(0)
  const whole = Buffer.allocUnsafeSlow(1000).fill('x')
  free(whole.subarray(0, 10))
  expect(whole.toString()).toBe('x'.repeat(1000))
  free(Buffer.alloc(0))
})

test('the rest of so many requests is read, and whoever has sent the longest is cut off', async () => {
  const discard = createDiscard()
  const requests = Array.from({ length: 66 }, () => new IncomingMessage(new Socket()))
  for (const request of requests) {
    discard(request)
    discard(request)
  }
  expect(requests.map(({ socket }) => socket.destroyed)).toEqual(requests.map((_, index) => index < 2))
  const piece = Buffer.allocUnsafeSlow(1000)
  requests.at(-1)?.push(piece)
  await nextTurn()
  expect(piece).toHaveLength(0)
})

test('a request that is complete makes nobody wait', () => {
  const discard = createDiscard()
  const first = new IncomingMessage(new Socket())
  discard(first)
  for (let i = 0; i < 100; i += 1) {
    const request = new IncomingMessage(new Socket())
    request.complete = true
    discard(request)
  }
  expect(first.socket.destroyed).toBe(false)
})

test('whoever has left takes no room', async () => {
  const discard = createDiscard()
  const first = new IncomingMessage(new Socket())
  discard(first)
  for (let i = 0; i < 100; i += 1) {
    const { socket } = new IncomingMessage(new Socket())
    const request = new IncomingMessage(socket)
    discard(request)
    socket.destroy()
    await nextTurn()
  }
  expect(first.socket.destroyed).toBe(false)
})
