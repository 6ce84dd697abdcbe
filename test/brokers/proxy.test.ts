import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { freePorts } from './ports.ts'
import { claimPlace, type FaultProxy, openFaultProxy } from './proxy.ts'

/** What came over a socket, and how it ended: by `end`, or by an error's code. */
interface Tape {
  readonly socket: Socket
  bytes: string
  end: string
}

/** Retries until the check passes. */
function until<T>(check: () => T): Promise<T> {
  return vi.waitFor(check, { interval: 1, timeout: 10_000 })
}

function tape(socket: Socket): Tape {
  const tape: Tape = { socket, bytes: '', end: '' }
  socket.setEncoding('latin1').on('data', bytes => {
    tape.bytes += bytes
  })
  socket.on('end', () => {
    tape.end = 'end'
  })
  socket.on('error', error => {
    tape.end = 'code' in error ? String(error.code) : error.message
  })
  return tape
}

const accepted: Tape[] = []
const server = createServer({ allowHalfOpen: true }, socket => accepted.push(tape(socket)))
let proxy: FaultProxy

beforeEach(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  proxy = await openFaultProxy({ port: 0, target: (server.address() as AddressInfo).port })
})

afterEach(async () => {
  await proxy.close()
  const closed = once(server, 'close')
  server.close()
  for (const { socket } of accepted.splice(0)) socket.destroy()
  await closed
})

function dial(): Tape {
  return tape(connect({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true }))
}

/** A client and the socket at the server that the proxy has led it to. */
async function pair(): Promise<{ client: Tape; upstream: Tape }> {
  const before = accepted.length
  const client = dial()
  const upstream = await until(() => {
    const latest = accepted[before]
    if (latest === undefined) throw new Error('not led to the server yet')
    return latest
  })
  return { client, upstream }
}

test('passes bytes and their end in both directions', async () => {
  const { client, upstream } = await pair()
  client.socket.write('question')
  client.socket.end()
  await until(() => expect(upstream).toMatchObject({ bytes: 'question', end: 'end' }))
  upstream.socket.end('answer')
  await until(() => expect(client).toMatchObject({ bytes: 'answer', end: 'end' }))
  await until(() => expect(proxy.connections).toBe(0))
})

test('is as late as it was told, in each direction, on old and new connections', async () => {
  const old = await pair()
  await proxy.delay(60)
  for (const { client, upstream } of [old, await pair()]) {
    upstream.socket.pipe(upstream.socket)
    const start = performance.now()
    client.socket.write('echo')
    await until(() => expect(client.bytes).toBe('echo'))
    expect(performance.now() - start).toBeGreaterThanOrEqual(120)
  }
})

test('keeps the order when it is late no more', async () => {
  const { client, upstream } = await pair()
  await proxy.delay(60_000)
  client.socket.write('first ')
  await until(() => expect(proxy.held.requests).toBe(6))
  await proxy.pass()
  client.socket.write('second')
  await until(() => expect(upstream.bytes).toBe('first second'))
})

test('holds both directions of old and new connections, and lets go of all', async () => {
  const old = await pair()
  await proxy.hold()
  const pairs = [old, await pair()]
  for (const { client, upstream } of pairs) {
    client.socket.write('question')
    upstream.socket.write('push')
  }
  await until(() => expect(proxy.held).toEqual({ requests: 16, answers: 8 }))
  for (const { client, upstream } of pairs) expect([client.bytes, client.end, upstream.bytes]).toEqual(['', '', ''])
  await proxy.pass()
  for (const { client, upstream } of pairs)
    await until(() => expect([client.bytes, upstream.bytes]).toEqual(['push', 'question']))
  expect(proxy.held).toEqual({ requests: 0, answers: 0 })
})

test('holds answers alone', async () => {
  const { client, upstream } = await pair()
  await proxy.holdAnswers()
  client.socket.write('question')
  await until(() => expect(upstream.bytes).toBe('question'))
  upstream.socket.write('answer')
  await until(() => expect(proxy.held.answers).toBe(6))
  expect(client.bytes).toBe('')
  await proxy.pass()
  await until(() => expect(client.bytes).toBe('answer'))
})

test('loses held answers with their connection, and not the requests before them', async () => {
  const { client, upstream } = await pair()
  await proxy.holdAnswers()
  client.socket.write('question')
  await until(() => expect(upstream.bytes).toBe('question'))
  upstream.socket.write('answer')
  await until(() => expect(proxy.held.answers).toBe(6))
  proxy.cut()
  await proxy.pass()
  await until(() => expect(client).toMatchObject({ bytes: '', end: 'ECONNRESET' }))
  await until(() => expect(upstream.end).toBe('end'))
  const next = await pair()
  next.upstream.socket.write('welcome')
  await until(() => expect(next.client.bytes).toBe('welcome'))
})

test('resets what is connected and what connects', async () => {
  const { client } = await pair()
  await proxy.reset()
  await until(() => expect(client.end).toBe('ECONNRESET'))
  const second = dial()
  await until(() => expect(second.end).toBe('ECONNRESET'))
  expect(accepted).toHaveLength(1)
  await proxy.pass()
  const third = await pair()
  third.client.socket.write('hello')
  await until(() => expect(third.upstream.bytes).toBe('hello'))
})

test('refuses connections, and listens again on the same port', async () => {
  const { port } = proxy
  const { client } = await pair()
  await proxy.refuse()
  await until(() => expect(client.end).toBe('ECONNRESET'))
  const refused = dial()
  await until(() => expect(refused.end).toBe('ECONNREFUSED'))
  await proxy.hold()
  await proxy.pass()
  expect(proxy.port).toBe(port)
  await pair()
})

test('resets the client when its target refuses, and leads to another once told', async () => {
  const { target } = proxy
  const [nobody = 0] = await freePorts(1)
  proxy.target = nobody
  const client = dial()
  await until(() => expect(client.end).toBe('ECONNRESET'))
  proxy.target = target
  await pair()
})

test('resets everything when it closes', async () => {
  const { client } = await pair()
  await proxy.close()
  await until(() => expect(client.end).toBe('ECONNRESET'))
  expect(proxy.connections).toBe(0)
})

test('gives each claimant a place of its own, waiting for one to become free', async () => {
  const ports = await freePorts(2)
  const places = ports.map(port => ({ port, target: proxy.target }))
  const first = await claimPlace(places)
  const second = await claimPlace(places)
  expect([first.port, second.port]).toEqual(ports)
  const third = claimPlace(places)
  await second.close()
  expect((await third).port).toBe(second.port)
  await Promise.all([first.close(), (await third).close()])
})
