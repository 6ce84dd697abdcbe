/** The signatures of a `webhook-signature` header, without their versions. */
export interface Entries {
  /** HMAC-SHA256, of static webhooks. */
  readonly v1: readonly string[]
  /** Ed25519, of dynamic webhooks. */
  readonly v1a: readonly string[]
}

/** A sender in rotation sends two or three; beyond this, they are somebody's attempt to keep us busy. */
const MAX_ENTRIES = 16
/** Each costs a verification per key of the key set. */
const MAX_V1A = 3

/**
 * Splits the space-separated `version,signature` entries, of which only the first 16 (of `v1a`, 3) are looked at.
 * Entries without a comma or of another version are skipped; everything after the first comma is the signature.
 */
export function splitEntries(header: string): Entries {
  const entries = header.split(' ', MAX_ENTRIES)
  const of = (prefix: string) =>
    entries.filter(entry => entry.startsWith(prefix)).map(entry => entry.slice(prefix.length))
  return { v1: of('v1,'), v1a: of('v1a,').slice(0, MAX_V1A) }
}
