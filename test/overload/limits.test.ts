import { expect, test } from 'vitest'
import type { Broker } from '../ingress/fixture.ts'
import { BODY, genuine, startTestBridge, type TestBridge, until } from '../ingress/harness.ts'
import { signed } from '../ingress/sign.ts'
import { bytesOf, head, type Reply, type Wire, wire } from '../ingress/wire.ts'

const patient = { receive: '20s', acknowledge: '20s', drain: '45s' }
const codeOf = ({ status, body }: Reply) => (body === '' ? String(status) : `${status} ${JSON.parse(body).code}`)
const gauge = (bridge: TestBridge, name: string, value: number) =>
  until(async () => (await bridge.metric(`gemini_event_bridge_${name}`)) === value)

/** Makes every publish wait until it is let go, oldest first. */
function holdBack(broker: Broker): (count: number) => void {
  const waiting: (() => void)[] = []
  broker.publish = event => new Promise(resolve => waiting.push(() => resolve(broker.accept(event))))
  return count => {
    for (const release of waiting.splice(0, count)) release()
  }
}

/** A sender that sends no body before it is asked to. */
async function ask(bridge: TestBridge, body: string): Promise<{ connection: Wire; answer: string }> {
  const connection = await wire(bridge.url)
  const headers = [...signed(body), ['content-length', String(body.length)], ['expect', '100-continue']] as const
  connection.write(head({ headers }))
  return { connection, answer: codeOf(await connection.reply()) }
}

/** What somebody who asks is told, and has to leave with. */
async function asked(bridge: TestBridge, body = BODY): Promise<string> {
  const { connection, answer } = await ask(bridge, body)
  await connection[Symbol.asyncDispose]()
  return answer
}

test('at the limit of requests, who asks first is refused without having sent a body, until a tenth is free', async () => {
  await using bridge = await startTestBridge({ limits: { ...patient, inFlightRequests: 20 } })
  const release = holdBack(bridge.broker)
  const first = Array.from({ length: 20 }, () => bridge.deliver())
  await gauge(bridge, 'in_flight_requests', 20)
  expect(await asked(bridge)).toBe('503 ERR_BUSY')
  release(1)
  await gauge(bridge, 'in_flight_requests', 19)
  expect(await asked(bridge)).toBe('503 ERR_BUSY')
  release(1)
  await gauge(bridge, 'in_flight_requests', 18)
  const { connection, answer } = await ask(bridge, BODY)
  expect(answer).toBe('100')
  connection.write(BODY)
  await gauge(bridge, 'in_flight_requests', 19)
  release(19)
  expect(codeOf(await connection.reply())).toBe('204')
  expect((await Promise.all(first)).map(codeOf)).toEqual(Array(20).fill('204'))
  await connection[Symbol.asyncDispose]()
})

test('at the limit of bytes, who asks first is refused by the length, until a tenth is free', async () => {
  await using bridge = await startTestBridge({ limits: { ...patient, body: '1KiB', inFlightBytes: '20KiB' } })
  const release = holdBack(bridge.broker)
  const body = JSON.stringify({ type: 'a', data: 'x'.repeat(1000) })
  const first = Array.from({ length: 20 }, () => bridge.deliver({ body }))
  await gauge(bridge, 'in_flight_bytes', 20 * body.length)
  // Twenty of them fit, one more does not; nor does anything, however small, before there is a tenth of room.
  expect(await asked(bridge, body)).toBe('503 ERR_BUSY')
  expect(await asked(bridge, '{}')).toBe('503 ERR_BUSY')
  release(1)
  await gauge(bridge, 'in_flight_requests', 19)
  expect(await asked(bridge, body)).toBe('503 ERR_BUSY')
  release(1)
  await gauge(bridge, 'in_flight_requests', 18)
  expect(await asked(bridge, body)).toBe('100')
  release(18)
  expect((await Promise.all(first)).map(codeOf)).toEqual(Array(20).fill('204'))
})

test('bodies that are half there take no place; those that come too late are refused when they are whole', async () => {
  await using bridge = await startTestBridge({ limits: { ...patient, inFlightRequests: 10 } })
  const release = holdBack(bridge.broker)
  const halves = await Promise.all(
    Array.from({ length: 12 }, async () => {
      const bytes = bytesOf(genuine())
      const connection = await wire(bridge.url)
      connection.write(bytes.subarray(0, -10))
      return { connection, rest: bytes.subarray(-10) }
    })
  )
  await gauge(bridge, 'receiving_requests', 12)
  expect(await bridge.metric('gemini_event_bridge_in_flight_requests')).toBe(0)
  for (const [index, { connection, rest }] of halves.entries()) {
    connection.write(rest)
    await gauge(bridge, 'receiving_requests', 11 - index)
  }
  const late = halves.slice(10)
  expect((await Promise.all(late.map(({ connection }) => connection.reply()))).map(codeOf)).toEqual(
    Array(2).fill('503 ERR_BUSY')
  )
  // A half that begins now is told at once, and not when its rest has come.
  await using begun = await wire(bridge.url)
  begun.write(bytesOf(genuine()).subarray(0, -10))
  const refusal = await begun.reply()
  expect(codeOf(refusal)).toBe('503 ERR_BUSY')
  expect(refusal.headers['retry-after']).toBe('5')
  release(10)
  const first = await Promise.all(halves.slice(0, 10).map(({ connection }) => connection.reply()))
  expect(first.map(codeOf)).toEqual(Array(10).fill('204'))
  for (const { connection } of halves) await connection[Symbol.asyncDispose]()
  expect(bridge.broker.events).toHaveLength(10)
})
