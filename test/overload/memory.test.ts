import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { full } from '../chaos/scene.ts'
import { startCrowd } from './crowd.ts'
import { startProgram } from './program.ts'

const WAIT = { timeout: 60_000, interval: 100 }
/**
 * MiB of 256 that are left when the kernel has had its share for sockets, and what running from the sources takes more: in
 * a real group of 256 MB, the built program had up to 238 at once, and never came to the limit.
 */
const LIMIT = 240
const SOURCES = 20
const KEPT = full ? 3000 : 600
const FORGED = full ? 20_000 : 500
/** Of the 1000 and the 500 that the limits allow: the flood takes places as well. */
const IN_FLIGHT = 950
const RECEIVING = 400

const linux = process.platform === 'linux'
test.runIf(linux)(
  'in 256 MB, every limit may be full and strangers may send what they like',
  { timeout: 240_000 },
  async () => {
    const bridge = await startProgram(
      {
        hanging: { adapter: join(import.meta.dirname, 'hanging-adapter.ts') },
        // Nobody is there, but the client is loaded.
        kafka: { adapter: 'kafka', brokers: ['127.0.0.1:1'], topic: 'gemini-events' }
      },
      // All others are the defaults; these keep full what is full.
      { receive: '60s', acknowledge: '60s', drain: '125s' }
    )
    let peak = 0
    const watch = setInterval(() => {
      peak = Math.max(peak, bridge.memory())
    }, 20)
    onTestFinished(() => clearInterval(watch))
    const gauge = (name: string) => bridge.metric(`gemini_event_bridge_${name}`)

    const kept = startCrowd(bridge.url, { kept: KEPT })
    await expect.poll(() => kept.answers('kept', 401), WAIT).toBeGreaterThanOrEqual(KEPT)
    startCrowd(bridge.url, { half: 60, slow: 430 })
    await expect.poll(() => gauge('receiving_requests'), WAIT).toBeGreaterThanOrEqual(RECEIVING)
    startCrowd(bridge.url, { genuine: 990 })
    await expect.poll(() => gauge('in_flight_requests'), WAIT).toBeGreaterThanOrEqual(IN_FLIGHT)
    expect(await gauge('in_flight_bytes')).toBeGreaterThan(IN_FLIGHT * 16 * 1024)
    const flood = startCrowd(bridge.url, {
      forged: 250,
      chunked: 100,
      half: 50,
      slow: 50,
      slowHeaders: 50,
      garbage: 50
    })
    await expect.poll(() => flood.answers('forged', 401), WAIT).toBeGreaterThanOrEqual(FORGED)

    expect(peak).toBeLessThan(LIMIT + SOURCES)
    expect(await gauge('in_flight_requests')).toBeGreaterThanOrEqual(IN_FLIGHT)
  }
)
