/**
 * Signed webhooks without a pause, over real sockets that stay open, until told to stop:
 *
 *     const load = startLoad(`${url}/webhooks/gemini`)
 *     await load.more('acknowledged', 500)    // that many of those sent from now on
 *     // … break something
 *     await load.more('refused', 500)
 *     const deliveries = await load.stop()
 *
 * Nothing is delivered twice, so that whatever arrives twice is the bridge's doing.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { deliver } from '../../src/standin/deliver.ts'
import { sample } from '../../src/standin/samples.ts'
import { staticSigner } from '../../src/standin/sign.ts'

/** The signing secret of every bridge under load. */
export const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
export const CONCURRENCY = 200

/** One webhook and its answer. */
export interface Delivery {
  readonly id: string
  /** The HTTP status; undefined when no answer came. */
  readonly status: number | undefined
  /** The `code` of a refusal, or why no answer came. */
  readonly code: string | undefined
  /** On the clock of `performance.now()`. */
  readonly sentAt: number
  readonly ms: number
}

export interface Load {
  /** All that was answered so far, in the order of the answers. */
  readonly deliveries: readonly Delivery[]
  /** Waits until so many webhooks that are sent from now on have ended in this way; fails after a minute. */
  more(end: 'acknowledged' | 'refused', count: number): Promise<void>
  /** Sends no more; resolves when the last has been answered. */
  stop(): Promise<readonly Delivery[]>
}

/** How long a sender waits after a refusal: thousands a second would starve the brokers of the machine's few cores. */
const AFTER_REFUSAL_MS = 50
const PATIENCE_MS = 60_000
const POLL_MS = 10

const signer = staticSigner(SECRET)

/** Delivers one webhook once: the same body and id each time, a new timestamp. Each has a job of its own. */
async function deliverOnce(url: string, id: string): Promise<Delivery> {
  const body = JSON.stringify(sample('batch.succeeded', { job: id, now: new Date(0) }))
  const sentAt = performance.now()
  const [attempt] = await deliver({ id, body }, { url, signer })
  return { id, status: attempt?.status, code: attempt?.code, sentAt, ms: performance.now() - sentAt }
}

/** Delivers each of these once more, as the load did: not all at once, which would be more than the bridge takes on. */
export async function redeliver(url: string, deliveries: readonly Delivery[]): Promise<Delivery[]> {
  const again: Delivery[] = []
  const left = deliveries.values()
  const send = async (): Promise<void> => {
    for (const { id } of left) again.push(await deliverOnce(url, id))
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, send))
  return again
}

export const isAcknowledged = ({ status }: Delivery): boolean => status === 204

/** Sends, with so many webhooks in flight at any time. */
export function startLoad(url: string, concurrency = CONCURRENCY): Load {
  const deliveries: Delivery[] = []
  const stopping = new AbortController()
  let count = 0

  const send = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      count += 1
      const delivery = await deliverOnce(url, `msg_${count}`)
      deliveries.push(delivery)
      if (!isAcknowledged(delivery))
        await sleep(AFTER_REFUSAL_MS, undefined, { signal: stopping.signal }).catch(() => {})
    }
  }
  const senders = Promise.all(Array.from({ length: concurrency }, send))

  return {
    deliveries,
    async more(end, wanted) {
      const from = performance.now()
      let seen = deliveries.length
      let found = 0
      for (;;) {
        for (const delivery of deliveries.slice(seen)) {
          if (delivery.sentAt >= from && isAcknowledged(delivery) === (end === 'acknowledged')) found += 1
        }
        seen = deliveries.length
        if (found >= wanted) return
        if (performance.now() - from > PATIENCE_MS) throw new Error(`${found} of ${wanted} were ${end} in time`)
        await sleep(POLL_MS)
      }
    },
    async stop() {
      stopping.abort()
      await senders
      return deliveries
    }
  }
}
