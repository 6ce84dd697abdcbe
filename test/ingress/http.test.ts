import { afterAll, beforeAll, expect, test } from 'vitest'
import { genuine, refusalText, startTestBridge, type TestBridge, until } from './harness.ts'
import { signed } from './sign.ts'
import { bytesOf, head, type Parts, wire } from './wire.ts'

let bridge: TestBridge
beforeAll(async () => {
  bridge = await startTestBridge()
})
afterAll(() => bridge[Symbol.asyncDispose]())

const NOT_FOUND = bytesOf({ target: '/nope', body: 'x' })
/** A broker that accepts only when told to. */
const holding = () => {
  const gate = Promise.withResolvers<void>()
  bridge.broker.publish = async event => {
    await gate.promise
    return await bridge.broker.accept(event)
  }
  return () => {
    gate.resolve()
    bridge.broker.publish = bridge.broker.accept
  }
}
const inFlight = async (count: number) =>
  until(async () => (await bridge.metric('gemini_event_bridge_in_flight_requests')) === count)

test.for([
  ['no HTTP', '\x16\x03\x01\x02\x00\r\n\r\n', 400],
  ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
  ['a method that nobody knows', bytesOf({ method: 'DELIVER' }), 400],
  ['a method in lower case', bytesOf({ method: 'post' }), 400],
  ['a content-length that is no number', bytesOf({ headers: [['content-length', '1e3']] }), 400],
  ['a negative content-length', bytesOf({ headers: [['content-length', '-1']] }), 400],
  [
    'two content-lengths',
    head({
      headers: [
        ['content-length', '1'],
        ['content-length', '2']
      ]
    }),
    400
  ],
  [
    'a length and chunks',
    head({
      headers: [
        ['content-length', '1'],
        ['transfer-encoding', 'chunked']
      ]
    }),
    400
  ],
  ['chunks, then something else', head({ headers: [['transfer-encoding', 'chunked, gzip']] }), 400],
  [
    'a chunk without a size',
    bytesOf({ headers: [...signed('x'), ['transfer-encoding', 'chunked']], body: 'zz\r\n' }),
    400
  ],
  ['a space before the colon', 'POST /hooks HTTP/1.1\r\nhost : a\r\n\r\n', 400],
  ['line feeds alone', 'POST /hooks HTTP/1.1\nhost: a\n\n', 400],
  ['a zero byte in a header', 'POST /hooks HTTP/1.1\r\nhost: a\r\nwebhook-id: a\0b\r\n\r\n', 400],
  ['headers above 16 KiB', bytesOf({ headers: [['x', 'y'.repeat(17 * 1024)]] }), 431],
  ['an address above 16 KiB', bytesOf({ target: `/hooks?${'y'.repeat(17 * 1024)}` }), 431],
  ['an expectation that nobody can meet', head({ headers: [['expect', 'the-unexpected']] }), 417]
] as const)('%s', async ([, bytes, status]) => {
  await using connection = await wire(bridge.url)
  connection.write(bytes)
  const reply = await connection.reply()
  expect(reply.status).toBe(status)
  expect(reply.body).toBe(`{"statusCode":${status},"message":"This is not a request that the bridge can read."}`)
  expect(reply.headers['connection']).toBe('close')
  await connection.closed
})

test('a request without a host is none', async () => {
  await using connection = await wire(bridge.url)
  connection.write('POST /hooks HTTP/1.1\r\n\r\n')
  expect((await connection.reply()).status).toBe(400)
  await connection.closed
})

test('CONNECT closes the connection, and upgrades are not taken up', async () => {
  await using connection = await wire(bridge.url)
  connection.write(bytesOf({ method: 'CONNECT', target: 'elsewhere.test:443' }))
  await connection.closed
  expect(connection.received).toBe('')
  const upgrade = await bridge.deliver({
    headers: [
      ['connection', 'upgrade'],
      ['upgrade', 'websocket']
    ]
  })
  expect(upgrade.status).toBe(204)
})

test.for(['OPTIONS', 'HEAD', 'GET', 'PUT', 'DELETE', 'PATCH', 'TRACE', 'PROPFIND', 'QUERY', 'M-SEARCH'])(
  '%s is a method, but not of an endpoint',
  async method => {
    const { status, headers } = await bridge.send({ ...genuine(), method })
    expect(status).toBe(405)
    expect(headers['allow']).toBe('POST')
  }
)

test('HTTP/1.0 is answered, and the connection closed', async () => {
  await using connection = await wire(bridge.url)
  connection.write(bytesOf({ ...genuine(), version: '1.0' }))
  const reply = await connection.reply()
  expect(reply.status).toBe(204)
  expect(reply.headers['connection']).toBe('close')
  await connection.closed
})

test('a connection is kept for the next webhook, whatever came of the last', async () => {
  await using connection = await wire(bridge.url)
  const statuses = []
  for (const request of [bytesOf(genuine()), NOT_FOUND, bytesOf(genuine({ body: '[]' })), bytesOf(genuine())]) {
    connection.write(request)
    statuses.push((await connection.reply()).status)
  }
  expect(statuses).toEqual([204, 404, 422, 204])
})

test('who asks first hears 100 when the body is wanted, and a refusal alone when not', async () => {
  await using wanted = await wire(bridge.url)
  const parts = genuine({ headers: [['expect', '100-continue']] })
  wanted.write(head(parts))
  expect((await wanted.reply()).status).toBe(100)
  wanted.write(parts.body ?? '')
  expect((await wanted.reply()).status).toBe(204)
  wanted.write(bytesOf(genuine()))
  expect((await wanted.reply()).status).toBe(204)

  const refuse = async (parts: Parts) => {
    await using connection = await wire(bridge.url)
    connection.write(head({ ...parts, headers: [...(parts.headers ?? []), ['expect', '100-continue']] }))
    const { status } = await connection.reply()
    // Nobody knows whether the body follows.
    await connection.closed
    return status
  }
  expect(await refuse({ headers: [['content-length', '1000000']] })).toBe(413)
  expect(await refuse({ target: '/nope', headers: [['content-length', '10']] })).toBe(404)
  expect(await refuse({ headers: [['content-length', '10']] })).toBe(400)
  expect(
    await refuse({
      headers: [
        ['content-length', '10'],
        ['content-encoding', 'gzip']
      ]
    })
  ).toBe(415)
})

test('requests before their answers are answered in their order', async () => {
  const release = holding()
  await using connection = await wire(bridge.url)
  connection.write(bytesOf(genuine({ id: 'msg_one' })), NOT_FOUND, bytesOf(genuine({ id: 'msg_two' })), NOT_FOUND)
  await inFlight(2)
  expect(connection.received).toBe('')
  release()
  const statuses = []
  for (let i = 0; i < 4; i++) statuses.push((await connection.reply()).status)
  expect(statuses).toEqual([204, 404, 204, 404])
  expect(bridge.broker.events.slice(-2).map(({ id }) => id)).toEqual(['msg_one', 'msg_two'])
})

test.for([
  ['garbage', 'NO HTTP\r\n\r\n'],
  ['a refused request and garbage', `${NOT_FOUND}NO HTTP\r\n\r\n`],
  [
    'a request that turns out to be garbage',
    bytesOf({ headers: [...signed('x'), ['transfer-encoding', 'chunked']], body: 'zz\r\n' })
  ]
] as const)('%s after a webhook never takes the place of its answer', async ([, bytes]) => {
  const release = holding()
  await using connection = await wire(bridge.url)
  connection.write(bytesOf(genuine()))
  await inFlight(1)
  connection.write(bytes)
  await connection.closed
  expect(connection.received).toBe('')
  const count = bridge.broker.events.length
  release()
  await inFlight(0)
  // The sender will deliver it again; it is accepted all the same.
  expect(bridge.broker.events).toHaveLength(count + 1)
})

test('garbage after an answer is answered', async () => {
  await using connection = await wire(bridge.url)
  connection.write(bytesOf(genuine()))
  expect((await connection.reply()).status).toBe(204)
  connection.write('NO HTTP\r\n\r\n')
  expect((await connection.reply()).status).toBe(400)
  await connection.closed
})

test('the rest of a refused request that never comes gets no second answer', async () => {
  const answers = await Promise.all(
    ['/nope', '/%zz', '/hooks'].map(async target => {
      await using connection = await wire(bridge.url)
      connection.write(head({ target, headers: [['content-length', '10']] }), 'abc')
      await connection.closed
      return connection.received.match(/HTTP\/1\.1 \d+/g)
    })
  )
  expect(answers).toEqual([['HTTP/1.1 404'], ['HTTP/1.1 404'], ['HTTP/1.1 400']])
})

test('a connection that sends nothing is told so, and closed', async () => {
  await using connection = await wire(bridge.url)
  const reply = await connection.reply()
  expect(reply.status).toBe(408)
  expect(reply.body).toBe(refusalText(408, 'ERR_SLOW', 'The request did not arrive in time.'))
  await connection.closed
})

test('half a close after the request still gets its answer', async () => {
  await using connection = await wire(bridge.url)
  connection.socket.end(bytesOf(genuine()))
  expect((await connection.reply()).status).toBe(204)
})
