import { sha256 } from './fingerprint.ts'

/**
 * Whether a JWT may vouch for a webhook id: the first id that it comes with, until it expires, and no other. Nothing
 * in the token names the id, so without this a captured token would make a new event of every id put beside it.
 * Known to this process only.
 */
export interface OneId {
  /**
   * @param signed the token's signing input, its first two segments: the signature's text is not unique, since the
   *   last character of its base64url has unused bits
   * @param expires in ms since the epoch
   * @param now in ms since the epoch
   * @returns `full` when a new token cannot be remembered
   */
  vouch(signed: string, id: string, expires: number, now: number): 'yes' | 'no' | 'full'
}

/**
 * @param capacity how many tokens are remembered. A full memory takes no new ones: were the oldest forgotten instead,
 *   they could be replayed. Only genuine tokens get in, and each leaves when it expires.
 */
export function createOneId(capacity: number): OneId {
  const ids = new Map<string, { id: string; expires: number }>()
  let nextExpiry = Number.POSITIVE_INFINITY
  const sweep = (now: number) => {
    nextExpiry = Number.POSITIVE_INFINITY
    for (const [digest, { expires }] of ids) {
      if (expires <= now) ids.delete(digest)
      else nextExpiry = Math.min(nextExpiry, expires)
    }
  }
  return {
    vouch(signed, id, expires, now) {
      const digest = sha256(signed).toString('base64')
      const known = ids.get(digest)
      if (known !== undefined) return known.id === id ? 'yes' : 'no'
      if (ids.size >= capacity && nextExpiry <= now) sweep(now)
      if (ids.size >= capacity) return 'full'
      ids.set(digest, { id, expires })
      nextExpiry = Math.min(nextExpiry, expires)
      return 'yes'
    }
  }
}
