import { expect, test } from 'vitest'
import { startTestBridge, until } from './harness.ts'
import { signed } from './sign.ts'
import { head, wire } from './wire.ts'

const EACH = 300
const RECEIVE_MS = 2000

test('600 who are slow on purpose, in headers and in bodies, do not slow down Gemini', async () => {
  await using bridge = await startTestBridge({
    limits: { receive: `${RECEIVE_MS}ms`, drain: '5s', receiving: { requests: 200, bytes: '1MiB' } }
  })
  const slow = await Promise.all(Array.from({ length: 2 * EACH }, () => wire(bridge.url)))
  for (const [index, connection] of slow.entries()) {
    if (index % 2) connection.write('POST /hooks HTTP/1.1\r\nhost: a\r\nx: ')
    else connection.write(head({ headers: [...signed('x'), ['content-length', '1000']] }))
  }
  const dripping = setInterval(() => {
    for (const connection of slow) connection.write('x')
  }, 100)
  try {
    await until(async () => (await bridge.metric('gemini_event_bridge_receiving_requests')) === 200)
    const latencies: number[] = []
    for (let i = 0; i < 50; i++) {
      const start = performance.now()
      expect((await bridge.deliver()).status).toBe(204)
      latencies.push(performance.now() - start)
    }
    expect(Math.max(...latencies)).toBeLessThan(RECEIVE_MS / 4)
    expect(bridge.broker.events).toHaveLength(50)

    // Each is answered: what had to give way at once, all the others when their time is up.
    const replies = await Promise.all(slow.map(connection => connection.reply()))
    const count = (code: string) => replies.filter(({ body }) => JSON.parse(body).code === code).length
    // 300 came where 200 may wait, and each webhook that came meanwhile took a place as well.
    expect(count('ERR_BUSY')).toBeGreaterThanOrEqual(EACH - 200)
    expect(count('ERR_SLOW')).toBeGreaterThanOrEqual(EACH)
    expect(count('ERR_BUSY') + count('ERR_SLOW')).toBe(2 * EACH)
    await Promise.all(slow.map(({ closed }) => closed))
    expect(await bridge.metric('gemini_event_bridge_receiving_requests')).toBe(0)
    expect((await bridge.deliver()).status).toBe(204)
  } finally {
    clearInterval(dripping)
    for (const connection of slow) connection.socket.destroy()
  }
})
