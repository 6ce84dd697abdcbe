import type { Token, TokenSource } from './token.ts'

/** How long obtaining a token may take. */
const DEADLINE_MS = 3000
/** A token is renewed when less than this share of its life is left, as by Kafka's own clients. */
const LEAST_SHARE = 0.2
/** And when less than this is left: the broker ends the session together with the token. */
const LEAST_MS = 30_000

/**
 * One token for all connections, renewed before it expires. Whoever asks meanwhile shares the one request, and if that
 * fails, the old token serves for what is left of its life.
 * @returns gives the token; throws what `source` throws
 */
export function reuseToken(source: TokenSource, now: () => number = Date.now): () => Promise<string> {
  let held: (Token & { readonly renewAt: number }) | undefined
  let renewal: Promise<string> | undefined

  const renew = async (): Promise<string> => {
    const asked = now()
    const { value, expiresAt = asked } = await source(AbortSignal.timeout(DEADLINE_MS))
    held = { value, expiresAt, renewAt: expiresAt - Math.max(LEAST_MS, LEAST_SHARE * (expiresAt - asked)) }
    return value
  }

  return async () => {
    if (held !== undefined && now() < held.renewAt) return held.value
    renewal ??= renew().finally(() => {
      renewal = undefined
    })
    try {
      return await renewal
    } catch (error) {
      if (held?.expiresAt !== undefined && now() < held.expiresAt) return held.value
      throw error
    }
  }
}
