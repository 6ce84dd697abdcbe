import { setTimeout as sleep } from 'node:timers/promises'
import type { createClient } from '@redis/client'
import { isReadOnly, Reason } from './reason.ts'

/** One connection to one Redis. Once it has failed in any way, it is over. */
export interface Connection {
  /** Whether it can be used; false once it is over. */
  readonly ready: Promise<boolean>
  /** Settles when it is over, with the reason. */
  readonly lost: Promise<unknown>
  /** The values of keys, null where there is none. */
  get(keys: readonly string[]): Promise<readonly (string | null)[]>
  /** Sets a key that vanishes after `ttl` milliseconds. */
  set(key: string, value: string, ttl: number): Promise<unknown>
  /** Ends it at once. */
  drop(reason: unknown): void
  /** Ends it once everything is answered, and after `ms` milliseconds at the latest. */
  close(ms: number): Promise<void>
}

/** How long connecting may take, from the host's name to the first answer, in milliseconds. */
const CONNECT_MS = 5000
/** A connection without any answer for so long, while some are due, is given up, in milliseconds. */
const SILENCE_MS = 2000
/** Commands that may await their answers: some 10 MB. */
const MAX_UNANSWERED = 5000
/** A key like those of marks, so that a user who may do no more can connect. */
export const PROOF = 'geb:{proof}:proof'

/** Redis's client, which connects once, and only when it is told. */
export function createRedis(create: typeof createClient, url: string, signal: AbortSignal) {
  // RESP 2 needs no HELLO, which servers before version 6 and some proxies do not know.
  return create({
    url,
    RESP: 2,
    clientInfoTag: 'gemini-event-bridge',
    commandOptions: { timeout: 0 },
    disableOfflineQueue: true,
    socket: { reconnectStrategy: false, signal }
  })
}

/**
 * Opens a connection, and proves that it can be read and is no replica. The client's own reconnecting is off: it goes on
 * after an answer that it cannot read, and from then on may take the answer to one question for that to another; it
 * has no limit on the time that a server takes to answer; and a client that is destroyed while it connects connects all
 * the same.
 */
export function openConnection(create: typeof createClient, url: string): Connection {
  const lost = Promise.withResolvers<unknown>()
  const ended = new AbortController()
  const client = createRedis(create, url, ended.signal)
  let unanswered = 0
  let silence: NodeJS.Timeout | undefined

  const end = (reason: unknown) => {
    lost.resolve(reason)
    clearTimeout(silence)
    client.destroy()
    ended.abort()
  }
  client.on('error', end)

  const awaitAnswer = async <T>(command: () => Promise<T>): Promise<T> => {
    if (unanswered >= MAX_UNANSWERED) throw new Reason(`${MAX_UNANSWERED} commands are unanswered`)
    unanswered += 1
    silence ??= setTimeout(() => end(new Reason(`no answer within ${SILENCE_MS / 1000} s`)), SILENCE_MS)
    try {
      return await command()
    } finally {
      unanswered -= 1
      if (unanswered > 0) silence?.refresh()
      else clearTimeout(silence)
      if (unanswered === 0) silence = undefined
    }
  }

  const prove = async (): Promise<boolean> => {
    const late = setTimeout(() => end(new Reason(`no answer within ${CONNECT_MS / 1000} s`)), CONNECT_MS)
    try {
      await client.connect()
      await client.mGet([PROOF])
      // One that is full can still be read; but what a failover has left behind is not to be kept.
      await client.set(PROOF, '', { expiration: { type: 'PX', value: 1000 } }).catch(cause => {
        if (isReadOnly(cause)) throw cause
      })
      return true
    } catch (cause) {
      end(cause)
      return false
    } finally {
      clearTimeout(late)
    }
  }

  return {
    ready: prove(),
    lost: lost.promise,
    get: keys => awaitAnswer(() => client.mGet([...keys])),
    set: (key, value, ttl) => awaitAnswer(() => client.set(key, value, { expiration: { type: 'PX', value: ttl } })),
    drop: end,
    async close(ms) {
      await Promise.race([client.close().catch(() => {}), sleep(ms, undefined, { ref: false })])
      end(new Reason('closed'))
    }
  }
}
