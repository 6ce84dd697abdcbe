import { setTimeout as sleep } from 'node:timers/promises'
import { type Connection, openConnection } from './connection.ts'
import { Reason } from './reason.ts'

/** A connection that is replaced when it is lost, for as long as it takes. */
export interface Kept {
  /** The connection, while there is one. */
  readonly connection: Connection | undefined
  /** Ends it once everything is answered, and after `ms` milliseconds at the latest. */
  close(ms: number): Promise<void>
}

/**
 * Between two attempts there is half of this to all of it, in milliseconds. It does not grow: an attempt costs a server
 * next to nothing, and each second without marks may be one of duplicates.
 */
const PAUSE_MS = 1000

/**
 * Connects in the background. Loads Redis's client, which nothing else does: some 100 ms and 25 MB.
 * @param url asked at each connection
 * @param on.lost called with every reason for which there is no connection
 */
export function keepConnected(url: () => string, on: { connected(): void; lost(reason: unknown): void }): Kept {
  const closing = new AbortController()
  let latest: Connection | undefined
  let connection: Connection | undefined

  const run = async () => {
    const { createClient } = await import('@redis/client')
    while (!closing.signal.aborted) {
      latest = openConnection(createClient, url())
      if (await latest.ready) {
        connection = latest
        on.connected()
      }
      const reason = await latest.lost
      connection = undefined
      if (closing.signal.aborted) return
      on.lost(reason)
      await sleep(PAUSE_MS * (0.5 + Math.random() / 2), undefined, { signal: closing.signal }).catch(() => {})
    }
  }
  run().catch(on.lost)

  return {
    get connection() {
      return connection
    },
    async close(ms) {
      closing.abort()
      if (connection) await connection.close(ms)
      else latest?.drop(new Reason('closed'))
    }
  }
}
