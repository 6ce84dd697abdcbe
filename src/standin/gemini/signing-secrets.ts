import { randomBytes } from 'node:crypto'
import { type Signer, staticSigner } from '../sign.ts'

/** A signing secret of a registration. */
export interface SigningSecret {
  /** `whsec_` and base64. */
  readonly text: string
  /** When it signs no more, in milliseconds since 1970; undefined for the newest one, which has no end yet. */
  readonly expires: number | undefined
}

/** Which of two secrets signs while both are valid. Nobody knows what Gemini does. */
export type SignWith = 'both' | 'previous' | 'newest'

/** An answer's secrets, and a header's entries, stay few however often somebody rotates. */
const MAX_SECRETS = 10

export function newSecret(): SigningSecret {
  return { text: `whsec_${randomBytes(32).toString('base64')}`, expires: undefined }
}

/**
 * Puts a new secret before the others, which expire at `until` or when they would have anyway.
 * @param until milliseconds since 1970
 * @returns newest first
 */
export function rotate(secrets: readonly SigningSecret[], until: number): SigningSecret[] {
  const previous = secrets.map(({ text, expires = until }) => ({ text, expires: Math.min(expires, until) }))
  return [newSecret(), ...previous].slice(0, MAX_SECRETS)
}

/** Those that still sign. */
export function validAt(now: number, secrets: readonly SigningSecret[]): SigningSecret[] {
  return secrets.filter(({ expires = Number.POSITIVE_INFINITY }) => now < expires)
}

/** @param secrets those that are valid, newest first */
export function signerOf(secrets: readonly SigningSecret[], signWith: SignWith): Signer {
  const texts = secrets.map(({ text }) => text)
  if (signWith === 'both') return staticSigner(...texts)
  return staticSigner(...(signWith === 'newest' || texts.length === 1 ? texts.slice(0, 1) : texts.slice(1, 2)))
}
