import type { AddressInfo } from 'node:net'
import { createApi } from './gemini/api.ts'
import { createCourier, type Delivered } from './gemini/courier.ts'
import { createRegistry } from './gemini/registry.ts'
import type { SignWith } from './gemini/signing-secrets.ts'
import type { Webhook } from './sign.ts'

/** The registration API of Gemini's webhooks, on loopback, which delivers to what is registered. */
export interface GeminiStandin {
  /** The base URL, without a path: `/v1beta/webhooks` is below it. */
  readonly url: string
  /**
   * Delivers once to every enabled registration that subscribes to the envelope's type, signed with its own secrets.
   * @returns what became of it at each of them
   * @throws {SyntaxError} if the body is not JSON
   */
  emit(webhook: Webhook): Promise<readonly Delivered[]>
  /** Cuts off what is in flight. */
  close(): Promise<void>
}

export interface GeminiOptions {
  /** 0 (the default): any. */
  readonly port?: number
  /** The only key that is taken. Default: any that is not empty. */
  readonly apiKey?: string
  /** How many failed deliveries in a row disable a registration, from 1. Default: 10; Gemini's own number is not known. */
  readonly failuresUntilDisabled?: number
  /** For how long the previous secrets stay valid after a rotation, in milliseconds. Default: Gemini's 24 hours. */
  readonly overlap?: number
  /** Which secrets sign meanwhile. Default: both. */
  readonly signWith?: SignWith
  /**
   * The time of registrations and secrets, in milliseconds since 1970. Webhooks bear the process's own time, since
   * receivers compare it with theirs.
   */
  readonly now?: () => number
}

const DAY_MS = 24 * 60 * 60 * 1000

/** @throws {Error} with a `code`, if it cannot listen on the port */
export async function serveGemini(options: GeminiOptions = {}): Promise<GeminiStandin> {
  const { port = 0, apiKey, failuresUntilDisabled = 10, overlap = DAY_MS, signWith = 'both', now = Date.now } = options
  const registry = createRegistry({ failuresUntilDisabled, overlap, now })
  const courier = createCourier(registry, signWith)
  const api = createApi(registry, courier, apiKey)
  await api.listen({ host: '127.0.0.1', port })
  return {
    url: `http://127.0.0.1:${(api.server.address() as AddressInfo).port}`,
    emit: courier.emit,
    async close() {
      await api.close()
      await courier.close()
    }
  }
}
