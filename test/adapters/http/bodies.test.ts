import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { expect, test, vi } from 'vitest'
import { within } from '../../../src/testing/expect.ts'
import { sampleEvent } from '../../../src/testing/sample-event.ts'
import { openPair, refusalOf } from './connect.ts'
import { accept } from './receiver.ts'

const { signal } = new AbortController()
const chunk = Buffer.alloc(16_384, 'x')

/** A body that has no end, as fast as it is taken. */
const endless = (response: ServerResponse) => {
  const pump = () => {
    while (!response.destroyed && response.write(chunk));
  }
  response.on('drain', pump)
  pump()
}

/** A body that has no end, and comes a byte at a time. */
const dripping = (response: ServerResponse) => {
  response.flushHeaders()
  const timer = setInterval(() => response.write('.'), 20)
  response.on('close', () => clearInterval(timer))
}

/** A body that breaks off. */
const broken = (response: ServerResponse) => {
  response.write('a part', () => response.destroy())
}

test.each([
  ['has no end', endless],
  ['drips', dripping],
  ['breaks off', broken]
])('an event is accepted by its answer’s status, at once, though the body %s', async (_what, answer) => {
  const { receiver, adapter } = await openPair()
  const used: (Socket | null)[] = []
  receiver.answer = response => {
    used.push(response.socket)
    answer(response.writeHead(200))
  }
  await within(900, adapter.publish(sampleEvent(), signal), 'its acceptance')
  // What is not read soon is not read at all.
  await vi.waitFor(() => expect(receiver.sockets.size).toBe(0), { timeout: 5000, interval: 5 })
  // The kernels' buffers hold more than the 64 KiB that are read, but not without bounds.
  expect(used).toHaveLength(1)
  for (const socket of used) expect(socket?.bytesWritten).toBeLessThan(32 * 2 ** 20)
  receiver.answer = accept
  expect(await adapter.publish(sampleEvent(), signal)).toBe('202-2')
})

test('a body that comes later is taken: the connection stays', async () => {
  const { receiver, adapter } = await openPair()
  const closed = Promise.withResolvers<boolean>()
  receiver.answer = response => {
    response.once('close', () => closed.resolve(response.writableFinished))
    response.writeHead(200).write('a part')
    setTimeout(() => response.end('and the rest'), 50)
  }
  await adapter.publish(sampleEvent(), signal)
  expect(await closed.promise).toBe(true)
  expect(receiver.sockets.size).toBe(1)
})

test.each([endless, dripping])('a refusal is one by its status, whatever becomes of the body (%#)', async answer => {
  const { receiver, adapter } = await openPair()
  receiver.answer = response => answer(response.writeHead(413))
  expect((await refusalOf(adapter.publish(sampleEvent(), signal))).message).toContain('HTTP 413')
})

test('with a body of some KiB, connections are used again', async () => {
  const { receiver, adapter } = await openPair()
  receiver.answer = response => void response.writeHead(200).end(Buffer.alloc(60_000, 'x'))
  for (let count = 0; count < 50; count += 1) await adapter.publish(sampleEvent(), signal)
  // The next event need not wait for all of the last answer.
  expect(receiver.connections.all).toBeLessThan(20)
})
