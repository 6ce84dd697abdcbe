/** Enough of a text to know it by. */
const LONGEST_SHOWN = 100
/** Callback tokens have at least 22 characters of A-Z, a-z, 0-9, _ and -, each of which may be percent-encoded. */
const PERHAPS_A_TOKEN = /[\w%-]{22,}/g

/**
 * What a stranger sent, for the log: in quotes, short, of visible characters only, and without what may be a token in the
 * wrong place.
 */
export function shown(text: string): string {
  const discreet = text.replace(/[^\x20-\x7e]/g, '?').replace(PERHAPS_A_TOKEN, '…')
  return JSON.stringify(discreet.length > LONGEST_SHOWN ? `${discreet.slice(0, LONGEST_SHOWN)}…` : discreet)
}
