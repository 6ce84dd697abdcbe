import { expect, test } from 'vitest'
import { sampleEvent } from '../../../src/testing/sample-event.ts'
import { openPair } from './connect.ts'
import { parse } from './parse.ts'
import type { Received } from './receiver.ts'

const { signal } = new AbortController()
/** What Tomcat and Jetty take. */
const LIMIT = 8192

/** The bytes that came before the body. */
function headOf({ method, target, rawHeaders }: Received): number {
  const pairs = rawHeaders.map((text, index) => `${text}${index % 2 === 0 ? ': ' : '\r\n'}`)
  return Buffer.byteLength(`${method} ${target} HTTP/1.1\r\n${pairs.join('')}\r\n`)
}

test.each([
  ['x', {}],
  ['ü', {}],
  ['x', { query: `code=${"'".repeat(1000)}`, token: 't'.repeat(2000), headers: { 'X-Key': 'k'.repeat(1000) } }]
])(
  'as many %j as there may be in an attribute keep the head below 8 KiB: with more, the event is structured (%#)',
  async (letter, options) => {
    const { receiver, adapter } = await openPair(options)
    const publish = async (count: number) => {
      const event = sampleEvent('{}', { tenant: letter.repeat(count) })
      await adapter.publish(event, signal)
      const received = receiver.requests.at(-1)
      if (received === undefined) throw new Error('nothing came')
      expect(parse(received)).toEqual(event)
      expect(headOf(received)).toBeLessThanOrEqual(LIMIT)
      return received
    }
    const isBinary = ({ headers }: Received) => 'ce-id' in headers
    let [fits, tooMany] = [0, LIMIT]
    while (tooMany - fits > 1) {
      const middle = Math.floor((fits + tooMany) / 2)
      if (isBinary(await publish(middle))) fits = middle
      else tooMany = middle
    }
    // Hardly a header too early.
    expect(headOf(await publish(fits))).toBeGreaterThan(LIMIT - 200)
    expect((await publish(tooMany)).headers).not.toHaveProperty('ce-id')
    expect((await publish(100_000)).headers).toMatchObject({
      'content-type': expect.stringContaining('cloudevents+json')
    })
  }
)
