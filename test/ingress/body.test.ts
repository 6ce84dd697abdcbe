import { afterAll, beforeAll, expect, test } from 'vitest'
import { BODY, genuine, startTestBridge, type TestBridge, until } from './harness.ts'
import { heldBytes } from './memory.ts'
import { SECRET, signed } from './sign.ts'
import { bytesOf, head, type Wire, wire } from './wire.ts'

const MiB = 1024 * 1024
let bridge: TestBridge
beforeAll(async () => {
  // Time is for other tests to run out of.
  bridge = await startTestBridge({ limits: { body: '32KiB', receive: '20s', drain: '25s' } })
})
afterAll(() => bridge[Symbol.asyncDispose]())

const receiving = () => bridge.metric('gemini_event_bridge_receiving_requests')
const chunked = (body: string) => head({ headers: [...signed(body), ['transfer-encoding', 'chunked']] })
const open = (count: number) => Promise.all(Array.from({ length: count }, () => wire(bridge.url)))
const close = (connections: readonly Wire[]) => Promise.all(connections.map(one => one[Symbol.asyncDispose]()))

test('a chunked body of 1 MB is refused while it comes, fifty times over, and none of it is kept', async () => {
  const piece = Buffer.concat([Buffer.from('4000\r\n'), Buffer.alloc(0x4000, 'a'), Buffer.from('\r\n')])
  const connections = await open(50)
  const before = heldBytes()
  const statuses = await Promise.all(
    connections.map(async connection => {
      connection.write(chunked(''))
      for (let sent = 0; sent < MiB; sent += 0x4000) connection.write(piece)
      return (await connection.reply()).status
    })
  )
  expect(new Set(statuses)).toEqual(new Set([413]))
  await until(() => connections.every(({ socket }) => socket.writableLength === 0))
  expect(await receiving()).toBe(0)
  await until(() => heldBytes() - before < 10 * MiB, 2000)

  // What is left of the body is thrown away; after it the connection serves the next request.
  for (const connection of connections) connection.write('0\r\n\r\n', bytesOf(genuine()))
  for (const connection of connections) expect((await connection.reply()).status).toBe(204)
  await close(connections)
})

test('bodies in chunks of one byte cost no more than others', async () => {
  const bytes = 16 * 1024
  const pieces = '1\r\na\r\n'.repeat(bytes)
  const connections = await open(20)
  const before = heldBytes()
  for (const connection of connections) connection.write(chunked(''), pieces)
  await until(async () => (await receiving()) === 20)
  await until(() => connections.every(({ socket }) => socket.writableLength === 0))
  const last = connections.at(-1)
  // The bridge has read all that came before this answer on another connection, or the limit would not be reached.
  last?.write('4001\r\n', 'a'.repeat(0x4001), '\r\n')
  expect((await last?.reply())?.status).toBe(413)
  // 20 bodies of 16 KiB, in buffers that may be twice as large; one Buffer a byte would be some 30 MB.
  await until(() => heldBytes() - before < 8 * MiB, 2000)
  await close(connections)
  await until(async () => (await receiving()) === 0)
})

test('a genuine body may come in any pieces', async () => {
  await using connection = await wire(bridge.url)
  for (const size of [1, 2, 7, 1000]) {
    connection.write(chunked(BODY))
    for (let at = 0; at < BODY.length; at += size) {
      const piece = BODY.slice(at, at + size)
      connection.write(`${piece.length.toString(16)}\r\n${piece}\r\n`)
    }
    connection.write('0\r\n\r\n')
    expect((await connection.reply()).status, `pieces of ${size}`).toBe(204)
  }
  for (const byte of bytesOf(genuine())) connection.write(Uint8Array.of(byte))
  expect((await connection.reply()).status, 'bytes').toBe(204)
})

test('trailers are no headers', async () => {
  await using connection = await wire(bridge.url)
  const [id, timestamp, signature] = signed(BODY)
  if (!id || !timestamp || !signature) throw new Error('there are three headers')
  connection.write(
    head({ headers: [id, timestamp, ['transfer-encoding', 'chunked'], ['trailer', 'webhook-signature']] }),
    `${BODY.length.toString(16)}\r\n${BODY}\r\n0\r\n${signature.join(': ')}\r\n\r\n`
  )
  expect((await connection.reply()).status).toBe(400)
})

test('the largest body is let in, and one byte more is not', async () => {
  const body = `{"type":"a","data":"${' '.repeat(32 * 1024 - 22)}"}`
  expect(body).toHaveLength(32 * 1024)
  expect((await bridge.deliver({ body })).status).toBe(204)
  expect((await bridge.deliver({ body: `${body} ` })).status).toBe(413)
  const send = async (body: string) => {
    await using connection = await wire(bridge.url)
    connection.write(chunked(body), `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`)
    return (await connection.reply()).status
  }
  expect(await send(body)).toBe(204)
  expect(await send(`${body} `)).toBe(413)
})

test('requests that break off half-way count no longer, and never did', async () => {
  const webhooks = async () =>
    (await bridge.metrics()).split('\n').filter(line => line.startsWith('gemini_event_bridge_webhooks_total{'))
  const before = await webhooks()
  const lines = bridge.log.length
  const connections = await open(20)
  for (const [index, connection] of connections.entries()) {
    const whole = bytesOf(genuine())
    connection.write(whole.subarray(0, index < 10 ? 40 : whole.length - 5))
  }
  await until(async () => (await receiving()) === 10)
  for (const [index, { socket }] of connections.entries()) {
    if (index % 2) socket.resetAndDestroy()
    else socket.end()
  }
  await until(async () => (await receiving()) === 0)
  await close(connections)
  expect((await webhooks()).filter(line => !line.includes('"400"'))).toEqual(
    before.filter(line => !line.includes('"400"'))
  )
  expect(bridge.log.slice(lines).filter(({ id }) => id !== undefined)).toEqual([])
})

test('a sender that does not wait for the answer does not undo the event, nor leave anything behind', async () => {
  const gate = Promise.withResolvers<void>()
  bridge.broker.publish = async event => {
    await gate.promise
    return await bridge.broker.accept(event)
  }
  const connection = await wire(bridge.url)
  connection.write(bytesOf(genuine({ id: 'msg_impatient' })))
  await until(async () => (await bridge.metric('gemini_event_bridge_in_flight_requests')) === 1)
  await connection[Symbol.asyncDispose]()
  gate.resolve()
  await until(async () => (await bridge.metric('gemini_event_bridge_in_flight_requests')) === 0)
  expect(bridge.broker.events.at(-1)?.id).toBe('msg_impatient')
  bridge.broker.publish = bridge.broker.accept
})

test('without a verifier that needs anything, even an empty body is only unverified', async () => {
  await using insecure = await startTestBridge({
    endpoints: [
      { path: '/open', verify: { insecure: true } },
      { path: '/hooks', verify: { static: { secrets: [SECRET] } } }
    ]
  })
  expect((await insecure.send({ target: '/open', headers: signed('', {}), body: '' })).status).toBe(422)
  expect((await insecure.send({ target: '/open', headers: signed('x'), body: BODY })).status).toBe(204)
  expect((await insecure.send({ target: '/hooks', headers: signed('x'), body: BODY })).status).toBe(401)
})
