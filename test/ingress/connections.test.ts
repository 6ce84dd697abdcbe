import { expect, test } from 'vitest'
import { serveKeys } from '../verify/key-set-server.ts'
import { createEd25519 } from '../verify/signers.ts'
import { BODY, genuine, startTestBridge, until } from './harness.ts'
import { nowInSeconds, signed, webhookHeaders } from './sign.ts'
import { bytesOf, head, type Wire, wire } from './wire.ts'

const LIMIT = 20
const patient = { receive: '20s', drain: '25s', connections: LIMIT }

const openTo = (url: string, count: number) => Promise.all(Array.from({ length: count }, () => wire(url)))
const close = (connections: readonly Wire[]) => Promise.all(connections.map(one => one[Symbol.asyncDispose]()))
const stillOpen = (connections: readonly Wire[]) =>
  connections.filter(({ socket }) => !socket.readableEnded && !socket.destroyed)

test('more connections than may be: the oldest without a webhook make room', async () => {
  await using bridge = await startTestBridge({ limits: patient })
  const strangers = await openTo(bridge.url, LIMIT * 3)
  await until(() => stillOpen(strangers).length === LIMIT)
  // It is the newest that are left.
  expect(stillOpen(strangers)).toEqual(strangers.slice(-LIMIT))
  for (let i = 0; i < 5; i++) expect((await bridge.deliver()).status).toBe(204)
  await close(strangers)
})

test('a connection that brought a webhook outlives those that were there before', async () => {
  await using bridge = await startTestBridge({ limits: patient })
  await using gemini = await wire(bridge.url)
  const before = await openTo(bridge.url, LIMIT - 1)
  // Their answers show that they have been let in; a refused request brings nothing else.
  for (const connection of before) connection.write(bytesOf({ target: '/nope' }))
  for (const connection of before) expect((await connection.reply()).status).toBe(404)
  gemini.write(bytesOf(genuine()))
  expect((await gemini.reply()).status).toBe(204)
  const after = await openTo(bridge.url, LIMIT - 1)
  await until(() => stillOpen(before).length === 0)
  gemini.write(bytesOf(genuine()))
  expect((await gemini.reply()).status).toBe(204)
  await close([...before, ...after])
})

test('a webhook in flight keeps its connection, whoever comes', async () => {
  await using bridge = await startTestBridge({ limits: patient })
  const gate = Promise.withResolvers<void>()
  bridge.broker.publish = async event => {
    await gate.promise
    return await bridge.broker.accept(event)
  }
  await using gemini = await wire(bridge.url)
  gemini.write(bytesOf(genuine()), bytesOf(genuine()))
  await until(async () => (await bridge.metric('gemini_event_bridge_in_flight_requests')) === 2)
  const strangers = await openTo(bridge.url, LIMIT * 3)
  await until(() => stillOpen(strangers).length === LIMIT - 1)
  gate.resolve()
  expect((await gemini.reply()).status).toBe(204)
  expect((await gemini.reply()).status).toBe(204)
  await close(strangers)
})

test('senders that leave before they are verified take no connection with them', async () => {
  const key = createEd25519()
  const gate = Promise.withResolvers<void>()
  await using keys = await serveKeys(async (_request, response) => {
    await gate.promise
    response.end(JSON.stringify({ keys: [key.jwk] }))
  })
  await using bridge = await startTestBridge({
    endpoints: [
      { path: '/hooks', source: '//a', verify: { static: { secrets: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'] } } },
      { path: '/jobs', source: '//b', verify: { dynamic: { anyProject: true, keys: keys.url } } }
    ],
    limits: { ...patient, connections: 5 }
  })
  for (let i = 0; i < 10; i++) {
    await using gemini = await wire(bridge.url)
    const { id, timestamp, signature } = key.sign({
      id: `msg_${i}`,
      timestamp: String(nowInSeconds()),
      body: Buffer.from(BODY)
    })
    const headers = webhookHeaders(id, timestamp, signature)
    gemini.write(bytesOf({ target: '/jobs', headers, body: BODY }))
    await until(async () => (await bridge.metric('gemini_event_bridge_receiving_requests')) === i + 1)
  }
  gate.resolve()
  await until(() => bridge.broker.events.length === 10)
  const strangers = await openTo(bridge.url, 10)
  await until(() => stillOpen(strangers).length === 5)
  expect((await bridge.deliver()).status).toBe(204)
  await close(strangers)
})

test('a slow request makes room for a webhook, and does not count any more', async () => {
  await using bridge = await startTestBridge({ limits: { ...patient, connections: 1 } })
  await using slow = await wire(bridge.url)
  slow.write(head({ headers: [...signed('x'), ['content-length', '10']] }))
  await until(async () => (await bridge.metric('gemini_event_bridge_receiving_requests')) === 1)
  expect((await bridge.deliver()).status).toBe(204)
  await slow.closed
  expect(slow.received).toBe('')
  await until(async () => (await bridge.metric('gemini_event_bridge_receiving_requests')) === 0)
})

test('an idle connection stays open for limits.keepAlive, and the sender is told', async () => {
  await using bridge = await startTestBridge({ limits: { keepAlive: '7s' } })
  await using connection = await wire(bridge.url)
  connection.write(bytesOf(genuine()))
  expect((await connection.reply()).headers['keep-alive']).toBe('timeout=7')
})

test('a connection that queues requests by the dozen is cut, and others are answered', async () => {
  await using bridge = await startTestBridge()
  const release = Promise.withResolvers<void>()
  bridge.broker.publish = async event => {
    await release.promise
    return bridge.broker.accept(event)
  }
  await using few = await wire(bridge.url)
  for (let i = 0; i < 4; i += 1) few.write(bytesOf(genuine()))
  await using many = await wire(bridge.url)
  many.write(Buffer.concat(Array.from({ length: 12 }, () => bytesOf(genuine()))))
  await many.closed
  release.resolve()
  for (let i = 0; i < 4; i += 1) expect((await few.reply()).status).toBe(204)
})

test('what is refused at once counts too: nobody gets a whole packet of requests looked at', async () => {
  await using bridge = await startTestBridge()
  await using many = await wire(bridge.url)
  many.write(Buffer.concat(Array.from({ length: 100 }, () => bytesOf(genuine({ signer: () => 'v1,forged' })))))
  await many.closed
  const refused = 'gemini_event_bridge_webhooks_total{endpoint="/hooks",code="401",reason="ERR_SIGNATURE"}'
  expect(await bridge.metric(refused)).toBeLessThan(10)
  expect((await bridge.deliver()).status).toBe(204)
})
