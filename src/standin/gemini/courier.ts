import { randomUUID } from 'node:crypto'
import { type Attempt, deliver, isAcknowledged } from '../deliver.ts'
import { sample } from '../samples.ts'
import type { Webhook } from '../sign.ts'
import { ApiError } from './api-error.ts'
import type { Registration, Registry } from './registry.ts'
import { type SignWith, signerOf } from './signing-secrets.ts'

/** One delivery to one registration. */
export interface Delivered {
  /** The registration's. */
  readonly id: string
  readonly attempt: Attempt
}

export type Courier = ReturnType<typeof createCourier>

const MAX_PINGS = 100

/** Delivers to what is registered, once each: what a receiver refuses, it gets again only if `emit` is called again. */
export function createCourier(registry: Registry, signWith: SignWith) {
  const closing = new AbortController()
  const inFlight = new Set<Promise<unknown>>()
  const pings = new Set<Promise<unknown>>()

  const deliverTo = async ({ id, uri, secrets }: Registration, webhook: Webhook): Promise<Delivered[]> => {
    const options = { url: uri, signer: signerOf(secrets, signWith), signal: closing.signal }
    const attempts = await deliver(webhook, options)
    for (const attempt of attempts) registry.noteDelivery(id, isAcknowledged(attempt))
    return attempts.map(attempt => ({ id, attempt }))
  }
  const track = async <T>(set: Set<Promise<unknown>>, delivery: Promise<T>): Promise<T> => {
    set.add(delivery)
    try {
      return await delivery
    } finally {
      set.delete(delivery)
    }
  }

  return {
    /**
     * Delivers to every enabled registration that subscribes to the envelope's type.
     * @returns what became of it, one for each of them; none that `close` has cut off
     * @throws {SyntaxError} if the body is not JSON
     */
    async emit(webhook: Webhook): Promise<readonly Delivered[]> {
      const { type } = JSON.parse(webhook.body)
      const all = Promise.all(registry.subscribers(type).map(registration => deliverTo(registration, webhook)))
      return (await track(inFlight, all)).flat()
    },

    /**
     * Delivers a ping in the background, unless the registration is disabled. Its type and body are not documented.
     * @throws {ApiError} `RESOURCE_EXHAUSTED`
     */
    ping(registration: Registration): void {
      if (pings.size >= MAX_PINGS) throw new ApiError('RESOURCE_EXHAUSTED', 'Too many pings are under way. Wait.')
      if (registration.state !== 'enabled') return
      const webhook = { id: `msg_${randomUUID()}`, body: JSON.stringify(sample('ping')) }
      void track(pings, deliverTo(registration, webhook))
    },

    /** Cuts off what is in flight. */
    async close(): Promise<void> {
      closing.abort()
      await Promise.all([...inFlight, ...pings])
    }
  }
}
