import { describe, expect, inject, onTestFinished, test } from 'vitest'
import { connectPeer } from '../../brokers/kafka/peer.ts'
import { full } from '../scene.ts'
import { OFTEN, openKafkaScene } from './scene.ts'

const shared = inject('kafka')
const REPETITIONS = full ? 20 : 3
/** `limits.drain` by default, and a second for the machine. */
const DRAIN_MS = 9000

describe.skipIf(shared === null)(
  'SIGTERM with 200 webhooks in flight, on connections that stay open',
  { timeout: 300_000 },
  () => {
    test.for(OFTEN)(
      `by %s, ${REPETITIONS} times: drained in time, exit 0, and all that was acknowledged is there`,
      async client => {
        const { plaintext = '', peer: port = 0 } = shared ?? {}
        const peer = connectPeer(port, plaintext)
        const durations: number[] = []
        const total = { acknowledged: 0, refused: 0, unanswered: 0 }
        for (let repetition = 0; repetition < REPETITIONS; repetition++) {
          const scene = openKafkaScene(peer, plaintext, client)
          await peer.createTopic(scene.topic, { partitions: 3 })
          onTestFinished(() => peer.deleteTopic(scene.topic))
          const bridge = await scene.bridge()
          const load = await scene.load(bridge)
          const start = performance.now()
          await bridge.end()
          durations.push(performance.now() - start)
          const deliveries = await load.stop()
          const { acknowledged, refusedButThere } = await scene.ledger(
            deliveries,
            `drained ${repetition + 1} by ${client}`
          )
          const unanswered = deliveries.filter(({ status }) => status === undefined)
          // What has been published has been answered. Without an answer is only who found no bridge, or was never read.
          expect(refusedButThere).toBe(0)
          const others = unanswered.filter(({ code = '' }) => !['ECONNREFUSED', 'ECONNRESET'].includes(code))
          expect(others).toEqual([])
          const refusals = deliveries.filter(({ status }) => status !== undefined && status !== 204)
          expect(new Set(refusals.map(({ status }) => status))).toEqual(new Set(refusals.length > 0 ? [503] : []))
          total.acknowledged += acknowledged
          total.refused += refusals.length
          total.unanswered += unanswered.length
        }
        expect(Math.max(...durations)).toBeLessThan(DRAIN_MS)
        const [fastest, slowest] = [Math.min(...durations), Math.max(...durations)].map(Math.round)
        process.stdout.write(`${REPETITIONS} drains of ${fastest} to ${slowest} ms: ${JSON.stringify(total)}\n`)
      }
    )
  }
)
