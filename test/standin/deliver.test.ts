import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { type DeliverOptions, deliver, isAcknowledged } from '../../src/standin/deliver.ts'
import { openReceiver, refuse } from './receiver.ts'

const HOUR = 3_600_000
const webhook = { id: 'msg_1', body: '{"type":"ping","data":{"text":"ä"}}' }
const signer: DeliverOptions['signer'] = ({ id }, timestamp) => `v1,${id}.${timestamp}`

/** A clock that only sleeping moves. */
function virtualTime(start = Date.parse('2026-01-22T12:00:00.600Z')) {
  const time = { start, pauses: [] as number[], now: () => time.start + time.pauses.reduce((a, b) => a + b, 0) }
  const sleep = async (ms: number) => void time.pauses.push(ms)
  return { ...time, time, sleep }
}

describe('deliver', () => {
  it('posts the signed body with nothing else in the headers', async () => {
    const { url, deliveries } = await openReceiver(response => response.writeHead(204).end())
    const { now } = virtualTime()
    const attempts = await deliver(webhook, { url, signer, now })
    expect(attempts).toEqual([{ status: 204, code: undefined, latency: expect.any(Number) }])
    expect(isAcknowledged(attempts.at(-1))).toBe(true)
    const [delivery] = deliveries
    expect(delivery).toMatchObject({ method: 'POST', url: '/webhooks/gemini', body: webhook.body })
    expect(delivery?.headers).toEqual({
      host: new URL(url).host,
      connection: 'keep-alive',
      'content-length': String(Buffer.byteLength(webhook.body)),
      'content-type': 'application/json',
      'webhook-id': 'msg_1',
      'webhook-timestamp': '1769083200',
      'webhook-signature': 'v1,msg_1.1769083200'
    })
  })

  it('reports a refusal and its code, and leaves it there without retry', async () => {
    const { url, deliveries } = await openReceiver(response => refuse(response, 503, 'ERR_BUSY'))
    const attempts = await deliver(webhook, { url, signer })
    expect(attempts).toMatchObject([{ status: 503, code: 'ERR_BUSY' }])
    expect(isAcknowledged(attempts.at(-1))).toBe(false)
    expect(deliveries).toHaveLength(1)
  })

  it.each(['null', '{"code":7}', '<html>', ''])('finds no code in %j', async body => {
    const { url } = await openReceiver(response => response.writeHead(500).end(body))
    expect(await deliver(webhook, { url, signer })).toMatchObject([{ status: 500, code: undefined }])
  })

  it('redelivers with growing pauses for 24 hours, then gives up', async () => {
    const { url, deliveries } = await openReceiver(response => refuse(response, 503, 'ERR_DESTINATION'))
    const { time, sleep } = virtualTime()
    const attempts = await deliver(webhook, { url, signer, retry: true, now: time.now, sleep, random: () => 0.999 })
    expect(attempts).toHaveLength(time.pauses.length + 1)
    expect(deliveries).toHaveLength(attempts.length)
    expect(time.pauses.slice(0, 4).map(Math.round)).toEqual([1000, 1999, 3998, 7996])
    expect(Math.max(...time.pauses)).toBeLessThanOrEqual(HOUR)
    const lasted = time.now() - time.start
    expect(lasted).toBeGreaterThan(23 * HOUR)
    expect(lasted).toBeLessThanOrEqual(24 * HOUR)
    expect(new Set(deliveries.map(({ headers, body }) => `${headers['webhook-id']} ${body}`)).size).toBe(1)
  })

  it('shortens each pause at random by up to a half', async () => {
    const { url } = await openReceiver((response, count) => response.writeHead(count < 4 ? 503 : 204).end())
    const { time, sleep } = virtualTime()
    await deliver(webhook, { url, signer, retry: true, now: time.now, sleep, random: () => 0 })
    expect(time.pauses).toEqual([500, 1000, 2000])
  })

  it('ends with the first 2xx, in the twentieth hour too', async () => {
    const { time, sleep } = virtualTime()
    const isUp = () => time.now() - time.start > 20 * HOUR
    const { url } = await openReceiver(response => response.writeHead(isUp() ? 204 : 503).end())
    const attempts = await deliver(webhook, { url, signer, retry: true, now: time.now, sleep })
    expect(attempts.map(({ status }) => status)).toEqual([...attempts.slice(1).map(() => 503), 204])
  })

  it.each([true, false])('renews the timestamp and its signature on redelivery: %s', async renewTimestamp => {
    const { url, deliveries } = await openReceiver((response, count) => response.writeHead(count < 3 ? 503 : 204).end())
    const { time, sleep } = virtualTime()
    const options = { url, signer, retry: true, renewTimestamp, now: time.now, sleep, random: () => 0 }
    await deliver(webhook, options)
    const timestamps = renewTimestamp ? ['1769083200', '1769083201', '1769083202'] : Array(3).fill('1769083200')
    expect(deliveries.map(({ headers }) => headers['webhook-timestamp'])).toEqual(timestamps)
    expect(deliveries.map(({ headers }) => headers['webhook-signature'])).toEqual(timestamps.map(t => `v1,msg_1.${t}`))
  })

  it('never follows a redirect', async () => {
    const elsewhere = await openReceiver(response => response.writeHead(204).end())
    const { url } = await openReceiver(response => response.writeHead(307, { location: elsewhere.url }).end())
    expect(await deliver(webhook, { url, signer })).toMatchObject([{ status: 307 }])
    expect(elsewhere.deliveries).toEqual([])
  })

  it('waits no longer than the timeout', async () => {
    const { url } = await openReceiver(() => {})
    expect(await deliver(webhook, { url, signer, timeout: 50 })).toMatchObject([
      { status: undefined, code: 'ETIMEDOUT' }
    ])
  })

  it('says why no answer came', async () => {
    const server = createServer()
    const port = await new Promise<number>(resolve =>
      server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port))
    )
    await new Promise(resolve => server.close(resolve))
    const attempts = await deliver(webhook, { url: `http://127.0.0.1:${port}`, signer })
    expect(attempts).toMatchObject([{ status: undefined, code: 'ECONNREFUSED' }])
  })

  it('puts given headers in place of its own', async () => {
    const { url, deliveries } = await openReceiver(response => response.writeHead(204).end())
    await deliver(webhook, { url, signer, headers: { 'webhook-timestamp': '123abc', traceparent: '00-x' } })
    expect(deliveries[0]?.headers).toMatchObject({ 'webhook-timestamp': '123abc', traceparent: '00-x' })
  })

  it('ends when its signal aborts: in a pause, and on the way', async () => {
    const stop = new AbortController()
    const { url, deliveries } = await openReceiver(response => response.writeHead(503).end())
    const onAttempt = () => stop.abort()
    const paused = await deliver(webhook, { url, signer, retry: true, signal: stop.signal, onAttempt })
    expect(paused).toMatchObject([{ status: 503 }])

    const halt = new AbortController()
    const silent = await openReceiver(() => halt.abort())
    expect(await deliver(webhook, { url: silent.url, signer, retry: true, signal: halt.signal })).toEqual([])
    expect(deliveries).toHaveLength(1)
  })

  it('rejects what is no URL', async () => {
    await expect(deliver(webhook, { url: 'nowhere', signer })).rejects.toThrow(TypeError)
  })
})
