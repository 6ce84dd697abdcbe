import { createHash } from 'node:crypto'
import type { Log } from '../adapter.ts'
import { createBreaker } from './redis/breaker.ts'
import { keepConnected } from './redis/kept.ts'
import { createOutage } from './redis/outage.ts'
import { isErrorReply, isReadOnly, Reason, reasonOf } from './redis/reason.ts'
import type { SharedMarks } from './shared-marks.ts'

export interface RedisMarksOptions {
  /** Asked at each connection: `redis://` or `rediss://`, with user, password and database where they are needed. */
  readonly url: () => string
  /** How long a mark lasts, in milliseconds; a whole number. */
  readonly ttl: number
  readonly log: Log
}

/** How long the last marks may take to leave, in milliseconds. */
const CLOSE_MS = 200
const CHECK_CHARACTERS = 8

/**
 * Marks in Redis, as keys `geb:{<SHA-256 of the event's key>}:<name>`. Returns at once, and connects in the background
 * for as long as it takes. Without Redis nothing is known and marks are lost: events flow, and some may do so twice.
 */
export function openRedisMarks({ url, ttl, log }: RedisMarksOptions): SharedMarks {
  const redis = addressOf(url())
  const outage = createOutage({
    begun: cause =>
      log.warn(
        { redis, error: reasonOf(cause) },
        'Redis is unavailable; until it is back, a redelivery to another replica may be published twice'
      ),
    ended: () => log.info({ redis }, 'Redis is back')
  })
  const full = createOutage({
    begun: cause =>
      log.warn(
        { redis, error: reasonOf(cause) },
        'Redis takes no marks; until it does, a redelivery to another replica may be published twice'
      ),
    ended: () => log.info({ redis }, 'Redis takes marks again')
  })
  const ask = createBreaker({ failed: outage.begin, answered: outage.end })
  const kept = keepConnected(url, {
    connected() {
      log.debug({ redis }, 'connected to Redis')
      outage.end()
    },
    lost: outage.begin
  })

  return {
    async find(key, names) {
      if (names.length === 0) return new Set()
      const { connection } = kept
      if (connection === undefined) return undefined
      const digest = digestOf(key)
      const values = await ask(() => connection.get(names.map(name => keyOf(digest, name))))
      if (values === undefined) return undefined
      const check = checkOf(digest)
      if (values.length !== names.length || values.some(value => value !== null && value !== check)) {
        connection.drop(new Reason('an answer to another question'))
        return undefined
      }
      return new Set(names.filter((_, index) => values[index] === check))
    },
    add(key, name) {
      const { connection } = kept
      if (connection === undefined) return
      const digest = digestOf(key)
      connection.set(keyOf(digest, name), checkOf(digest), ttl).then(full.end, cause => {
        if (isReadOnly(cause)) connection.drop(cause)
        else if (isErrorReply(cause)) full.begin(cause)
      })
    },
    close: () => kept.close(CLOSE_MS)
  }
}

/** Host and port: what of the URL is no secret. */
export function addressOf(url: string): string {
  const { hostname, port } = new URL(url)
  return `${hostname}:${port || 6379}`
}

function digestOf(key: string): string {
  return createHash('sha256').update(key).digest('base64url')
}

/** A cluster keeps keys with the same text in braces in one slot, so that one command can ask for all of them. */
function keyOf(digest: string, name: string): string {
  return `geb:{${digest}}:${name}`
}

/** A mark's value: an answer that was meant for another event marks nothing. */
function checkOf(digest: string): string {
  return digest.slice(0, CHECK_CHARACTERS)
}
