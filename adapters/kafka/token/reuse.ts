import type { TokenSource } from './token.ts'

/** One token for all connections. */
export interface Tokens {
  /**
   * The token, renewed before it expires. Whoever asks meanwhile shares the one request, and if that fails, the old
   * token serves for what is left of its life.
   * @throws what its source throws
   */
  current(): Promise<string>
  /** A broker does not take this token: it is not given out again, so that whoever mends its issuer need not wait. */
  refused(token: string): void
}

/** How long obtaining a token may take: less than a connection as a whole, or the brokers would get the blame. */
const DEADLINE_MS = 1500
/** A token is renewed when less than this share of its life is left, as by Kafka's own clients. */
const LEAST_SHARE = 0.2
/** And when less than this is left: the broker ends the session together with the token. */
const LEAST_MS = 30_000

export function reuseToken(source: TokenSource, now: () => number = Date.now): Tokens {
  let held: { readonly value: string; readonly expiresAt: number; readonly renewAt: number } | undefined
  let renewal: Promise<string> | undefined

  const renew = async (): Promise<string> => {
    const asked = now()
    const { value, expiresAt = asked } = await source(AbortSignal.timeout(DEADLINE_MS))
    held = { value, expiresAt, renewAt: expiresAt - Math.max(LEAST_MS, LEAST_SHARE * (expiresAt - asked)) }
    return value
  }

  return {
    async current() {
      if (held !== undefined && now() < held.renewAt) return held.value
      renewal ??= renew().finally(() => {
        renewal = undefined
      })
      try {
        return await renewal
      } catch (error) {
        if (held !== undefined && now() < held.expiresAt) return held.value
        throw error
      }
    },
    refused(token) {
      if (held?.value === token) held = undefined
    }
  }
}
