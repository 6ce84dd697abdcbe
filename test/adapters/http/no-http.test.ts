import type { Socket } from 'node:net'
import { expect, onTestFinished, test, vi } from 'vitest'
import { UnavailableError } from '../../../src/errors.ts'
import { sampleEvent } from '../../../src/testing/sample-event.ts'
import { connectHttp, refusalOf } from './connect.ts'
import { openRawServer } from './raw-server.ts'

async function refusalBy(onRequest: (socket: Socket) => void, ms = 800) {
  const server = await openRawServer(onRequest)
  const adapter = await connectHttp({ url: server.url })
  onTestFinished(() => adapter.close())
  const error = await refusalOf(adapter.publish(sampleEvent(), AbortSignal.timeout(ms)))
  expect(error).toBeInstanceOf(UnavailableError)
  return { message: error.message, server }
}

const foreign = /does not speak HTTP\/1\.1 \(HPE_\w+\)/

test.each([
  ['another protocol', 'SSH-2.0-OpenSSH_9.2\r\n', foreign],
  ['no status', 'HTTP/1.1 2O0 OK\r\n\r\n', foreign],
  ['a length below zero', 'HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n', foreign],
  ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n', foreign],
  ['too many headers', `HTTP/1.1 200 OK\r\n${`x-a: ${'x'.repeat(1000)}\r\n`.repeat(20)}\r\n`, /HPE_HEADER_OVERFLOW/],
  ['an upgrade', 'HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n', /HTTP 101/]
])('%s is no acceptance', async (_what, answer, says) => {
  const { message } = await refusalBy(socket => socket.write(answer))
  expect(message).toMatch(says)
})

test('nothing, and the end of the connection, is none', async () => {
  const { message } = await refusalBy(socket => socket.end())
  expect(message).toMatch(/closed the connection instead of answering/)
})

test.each([
  ['headers that drip', 'HTTP/1.1 200 OK\r\n', 'x-a: b\r\n'],
  ['provisional answers without end', '', 'HTTP/1.1 103 Early Hints\r\n\r\n']
])('%s are given up at the deadline', async (_what, first, again) => {
  const { server } = await refusalBy(socket => {
    socket.write(first)
    const timer = setInterval(() => socket.write(again), 20)
    socket.on('close', () => clearInterval(timer))
  })
  await vi.waitFor(() => expect(server.sockets.size).toBe(0), { timeout: 5000, interval: 10 })
})

test('provisional answers before the acceptance are left aside', async () => {
  const server = await openRawServer(socket => {
    socket.write('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n')
    socket.write('HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n')
  })
  const adapter = await connectHttp({ url: server.url })
  onTestFinished(() => adapter.close())
  expect(await adapter.publish(sampleEvent(), AbortSignal.timeout(2000))).toBe('202-1')
})
