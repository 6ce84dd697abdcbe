import { expect, onTestFinished, test, vi } from 'vitest'
import { openClient } from '../../../adapters/http/client.ts'
import { options } from '../../../adapters/http/options.ts'
import { toRequest } from '../../../adapters/http/request.ts'
import { within } from '../../../src/testing/expect.ts'
import { sampleEvent } from '../../../src/testing/sample-event.ts'
import { openPair } from './connect.ts'
import { accept, openReceiver } from './receiver.ts'

const { signal } = new AbortController()

test('one connection serves one event after the other', async () => {
  const { receiver, adapter } = await openPair()
  for (let count = 0; count < 20; count += 1) await adapter.publish(sampleEvent(), signal)
  // And one to find out that there is somebody.
  expect(receiver.connections.all).toBe(2)
})

test('200 events at once are accepted over 64 connections', async () => {
  const { receiver, adapter } = await openPair()
  const waiting: (() => void)[] = []
  receiver.answer = (...args) => {
    waiting.push(() => accept(...args))
    // The first answer does not come before all have come that may.
    if (waiting.length >= 64 || receiver.requests.length > 64) for (const answer of waiting.splice(0)) answer()
  }
  const ids = await Promise.all(Array.from({ length: 200 }, () => adapter.publish(sampleEvent(), signal)))
  expect([new Set(ids).size, receiver.requests.length]).toEqual([200, 200])
  expect(receiver.connections.most).toBe(64)
})

test('a kept connection that turns out to be dead is replaced, and the event sent again', async () => {
  const { receiver, adapter } = await openPair()
  await adapter.publish(sampleEvent(), signal)
  receiver.answer = response => {
    receiver.answer = accept
    response.socket?.resetAndDestroy()
  }
  const event = sampleEvent()
  expect(await adapter.publish(event, signal)).toBe('202-2')
  expect(receiver.requests.map(({ headers }) => headers['ce-id']).slice(1)).toEqual([event.id, event.id])
})

test('as many dead connections as there may be hold up nobody', async () => {
  const { receiver, adapter } = await openPair()
  receiver.answer = (...args) => {
    if (receiver.requests.length === 64) receiver.answer = accept
    setTimeout(() => accept(...args), 50)
  }
  const publishAll = () => Promise.all(Array.from({ length: 64 }, () => adapter.publish(sampleEvent(), signal)))
  await publishAll()
  const old = new Set(receiver.sockets)
  receiver.answer = (response, request) => {
    if (response.socket && old.has(response.socket)) response.socket.resetAndDestroy()
    else accept(response, request)
  }
  expect(await publishAll()).toHaveLength(64)
})

test('a connection that nobody needs is closed before the receiver may do so', async () => {
  const { receiver, adapter } = await openPair()
  await adapter.publish(sampleEvent(), signal)
  const since = performance.now()
  await vi.waitFor(() => expect(receiver.sockets.size).toBe(0), { timeout: 10_000, interval: 20 })
  expect(performance.now() - since).toBeGreaterThan(3000)
  expect(await adapter.publish(sampleEvent(), signal)).toBe('202-2')
})

test('whoever waits for a connection is answered at the deadline, and gets one afterwards', async () => {
  const { receiver, adapter } = await openPair()
  receiver.answer = () => {}
  const deadline = AbortSignal.timeout(1200)
  const publishing = Array.from({ length: 150 }, () => adapter.publish(sampleEvent(), deadline))
  for (const { status } of await Promise.allSettled(publishing)) expect(status).toBe('rejected')
  expect(receiver.requests).toHaveLength(64)
  receiver.answer = accept
  const accepted = async () => expect(await adapter.publish(sampleEvent(), AbortSignal.timeout(1000))).toMatch(/^202-/)
  await vi.waitFor(accepted, { timeout: 5000, interval: 20 })
})

test('connections whose answer has no end count, and make room', async () => {
  const { receiver, adapter } = await openPair()
  receiver.answer = response => void response.writeHead(200).write('.')
  const publishing = Array.from({ length: 150 }, () => adapter.publish(sampleEvent(), AbortSignal.timeout(10_000)))
  expect(new Set(await Promise.all(publishing)).size).toBe(150)
  expect(receiver.connections.most).toBeLessThanOrEqual(64)
})

test('a request that waits for a connection rejects at once when nobody waits for it any more', async () => {
  const receiver = await openReceiver()
  const parsed = options.parse({ url: receiver.url })
  const client = openClient(parsed)
  onTestFinished(() => {
    client.close()
    return receiver.close()
  })
  receiver.answer = () => {}
  const request = toRequest(sampleEvent(), parsed)
  const hanging = Array.from({ length: 64 }, () => client.post(request, signal).catch(() => 'cut'))
  const impatient = new AbortController()
  const waiting = client.post(request, impatient.signal)
  impatient.abort(new Error('nobody waits'))
  await expect(within(200, waiting, 'its end')).rejects.toThrow('nobody waits')
  client.close()
  expect(new Set(await Promise.all(hanging))).toEqual(new Set(['cut']))
  expect(receiver.requests.length).toBeLessThanOrEqual(64)
})

test('close cuts what is still being discarded', async () => {
  const { receiver, adapter } = await openPair()
  receiver.answer = response => void response.writeHead(200).write('.')
  await adapter.publish(sampleEvent(), signal)
  await adapter.close()
  await vi.waitFor(() => expect(receiver.sockets.size).toBe(0), { timeout: 500, interval: 5 })
})
