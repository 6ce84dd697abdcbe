const PREFIX = 'whsec_'

/**
 * Standard Webhooks wants 24 to 64 bytes. Gemini's own length is not documented, so that a genuine secret must not be
 * refused for it; but below 128 bits it is a cut-off paste or made up by hand, and a signature could be guessed offline.
 * A longer one only costs HMAC a hash.
 */
const MIN_BYTES = 16

/**
 * The key behind a signing secret: standard base64, with or without `whsec_` before it.
 * @throws {Error} saying what is wrong and what to paste, without any part of the secret
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#signature-scheme
 */
export function parseSecret(text: string): Buffer {
  const fault = faultOf(text)
  if (fault !== undefined) throw new Error(`The signing secret ${fault}`)
  return Buffer.from(withoutPrefix(text), 'base64')
}

function withoutPrefix(text: string): string {
  return text.startsWith(PREFIX) ? text.slice(PREFIX.length) : text
}

function faultOf(text: string): string | undefined {
  if (text.trim() === '') return 'is empty. Paste it as Gemini showed it: whsec_ and base64.'
  if (text.trim() !== text) return 'begins or ends with white space, perhaps a line break. Remove it.'
  if (/\s/.test(text)) return 'has white space in it. Paste one secret, in one piece; several are a list.'
  if (/^v1a?,/.test(text)) return 'begins with a signature\'s version ("v1,"). Paste it from whsec_ on.'
  if (/^wh[ps]k_/.test(text)) return 'is a key of the asymmetric scheme. Paste the one that begins with whsec_.'
  const base64 = withoutPrefix(text)
  if (base64 === '') return 'ends after whsec_. Paste the base64 behind it too.'
  if (/^[\w-]+=*$/.test(base64) && /[-_]/.test(base64)) {
    return 'is URL-safe base64 (it has "-" or "_"). Paste it as Gemini showed it, in standard base64.'
  }
  if (!/^[A-Za-z0-9+/]+=*$/.test(base64)) {
    return 'is not base64: it has other characters in it, quotes perhaps. Paste whsec_ and base64, nothing else.'
  }
  const key = Buffer.from(base64, 'base64')
  // Node decodes whatever it is given; only what it would write itself is whole and unambiguous (RFC 4648, section 3.5).
  if (key.toString('base64') !== base64) {
    return 'is not whole base64: its end or its "=" padding is missing or wrong. Paste all of it.'
  }
  if (key.length < MIN_BYTES) {
    return `has ${key.length} bytes, fewer than ${MIN_BYTES} (Standard Webhooks: 24 to 64). Paste all of it, as Gemini showed it.`
  }
  return undefined
}
