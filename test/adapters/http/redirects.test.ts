import { inspect } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { UnavailableError } from '../../../src/errors.ts'
import { sampleEvent } from '../../../src/testing/sample-event.ts'
import { openPair, refusalOf } from './connect.ts'
import { openReceiver } from './receiver.ts'

const { signal } = new AbortController()
const secrets = { query: 'code=the-secret', token: 'the-secret', headers: { 'x-api-key': 'the-secret' } }

test.each([300, 301, 302, 303, 305, 307, 308])(
  '%i is not followed: nobody else learns of event and token',
  async status => {
    const { receiver, adapter } = await openPair(secrets)
    const other = await openReceiver()
    onTestFinished(() => other.close())
    const location = `http://user:the-secret@127.0.0.1:${other.port}/the-secret?the-secret`
    receiver.answer = response => void response.writeHead(status, { location }).end()
    const error = await refusalOf(adapter.publish(sampleEvent(), signal))
    expect(error).toBeInstanceOf(UnavailableError)
    expect(error.message).toContain(`(to http://127.0.0.1:${other.port}, HTTP ${status})`)
    expect(inspect(error, { depth: 20 })).not.toContain('the-secret')
    expect([receiver.requests.length, other.connections.all]).toEqual([1, 0])
  }
)

test.each([
  ['/elsewhere', /\(to http:\/\/127\.0\.0\.1:\d+, HTTP 308\)/],
  ['//other.example/a', /\(to http:\/\/other\.example, HTTP 308\)/],
  ['https://other.example', /\(to https:\/\/other\.example, HTTP 308\)/],
  ['javascript:alert(1)', /never follows \(HTTP 308\)/],
  ['http://[', /never follows \(HTTP 308\)/],
  ['', /never follows \(HTTP 308\)/]
])('to %j', async (location, says) => {
  const { receiver, adapter } = await openPair()
  receiver.answer = response => void response.writeHead(308, { location }).end()
  expect((await refusalOf(adapter.publish(sampleEvent(), signal))).message).toMatch(says)
})
