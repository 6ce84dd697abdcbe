import { expect, onTestFinished, test } from 'vitest'
import { openClient } from '../../../adapters/http/client.ts'
import { toFault } from '../../../adapters/http/error.ts'
import { options } from '../../../adapters/http/options.ts'
import { toRequest } from '../../../adapters/http/request.ts'
import { EventError, UnavailableError } from '../../../src/errors.ts'
import { sampleEvent } from '../../../src/testing/sample-event.ts'
import { openPair, refusalOf } from './connect.ts'
import { accept, openReceiver } from './receiver.ts'

const { signal } = new AbortController()
const NEVER = [400, 413, 415, 422]

test('every status: 2xx is acceptance, four can never be published, and all else may succeed on a redelivery', async () => {
  const receiver = await openReceiver()
  onTestFinished(() => receiver.close())
  const client = openClient(options.parse({ url: receiver.url }))
  onTestFinished(() => client.close())
  const request = toRequest(sampleEvent(), options.parse({ url: receiver.url }))
  for (let status = 200; status < 600; status += 1) {
    receiver.answer = response => void response.writeHead(status).end()
    const outcome = await client.post(request, signal).catch(cause => toFault(cause, receiver.url).error)
    if (status < 300) expect(outcome).toBe(status)
    else expect(outcome, `${status}`).toBeInstanceOf(NEVER.includes(status) ? EventError : UnavailableError)
  }
  expect(receiver.requests).toHaveLength(400)
})

test('every request says who sends it, and how long it is; a user agent of one’s own is taken', async () => {
  const headers = { 'X-Api-Key': 'key' }
  const { receiver, adapter } = await openPair({ token: 'abc', query: 'a=b', headers })
  await adapter.publish(sampleEvent('{}'), signal)
  const [request] = receiver.requests
  const expected = { 'user-agent': 'gemini-event-bridge', authorization: 'Bearer abc', 'x-api-key': 'key' }
  expect(request).toMatchObject({ target: '/events?a=b', headers: { ...expected, 'content-length': '2' } })
  const names = request?.rawHeaders.filter((_, index) => index % 2 === 0).map(name => name.toLowerCase())
  expect(names).toEqual([...new Set(names)])
  const other = await openPair({ headers: { 'User-Agent': 'acme/1.0' } })
  await other.adapter.publish(sampleEvent(), signal)
  expect(other.receiver.requests[0]?.headers['user-agent']).toBe('acme/1.0')
})

test('the message id is the status, and the how manieth was accepted', async () => {
  const { receiver, adapter } = await openPair()
  expect(await adapter.publish(sampleEvent(), signal)).toBe('202-1')
  receiver.answer = response => void response.writeHead(204).end()
  expect(await adapter.publish(sampleEvent(), signal)).toBe('204-2')
})

test.each([400, 413, 415, 422])('after %i, no second attempt', async status => {
  const { receiver, adapter } = await openPair()
  receiver.answer = response => void response.writeHead(status).end()
  expect(await refusalOf(adapter.publish(sampleEvent(), signal))).toBeInstanceOf(EventError)
  expect(receiver.requests).toHaveLength(1)
})

test.each([401, 403, 404, 451])('after %i, which somebody must mend, no second attempt', async status => {
  const { receiver, adapter } = await openPair()
  receiver.answer = response => void response.writeHead(status).end()
  expect(await refusalOf(adapter.publish(sampleEvent(), signal))).toBeInstanceOf(UnavailableError)
  expect(receiver.requests).toHaveLength(1)
})

test.each([408, 425, 429, 500, 502, 503, 504])('after %i, it tries again within the deadline', async status => {
  const { receiver, adapter } = await openPair()
  receiver.answer = response => {
    receiver.answer = accept
    response.writeHead(status).end()
  }
  expect(await adapter.publish(sampleEvent(), signal)).toBe('202-1')
  expect(receiver.requests).toHaveLength(2)
})

test('what the receiver says in its body is nowhere', async () => {
  const { receiver, adapter } = await openPair()
  receiver.answer = (response, { body }) => void response.writeHead(403, 'a secret').end(`a secret ${body}`)
  const error = await refusalOf(adapter.publish(sampleEvent('"a secret"'), signal))
  expect(`${error.stack} ${JSON.stringify(error)} ${error.cause}`).not.toContain('a secret')
})
