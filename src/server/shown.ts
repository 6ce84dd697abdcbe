/** Enough of a text to know it by. */
const LONGEST_SHOWN = 100
/** How much of it is looked at. */
const LONGEST_READ = 400
/** Callback tokens have at least 22 characters of A-Z, a-z, 0-9, _ and -, each of which may be percent-encoded; base64 has +. */
const PERHAPS_A_TOKEN = /[\w%+-]{22,}/g
const LAST_WORD = /(?<![\w%+-])[\w%+-]*$/

/**
 * What a stranger sent, for the log: in quotes, short, of visible characters only, and without what may be a token in the
 * wrong place.
 */
export function shown(text: string): string {
  // Cut before it is searched, since strangers send much; what is then at the end may be the front of a token.
  const read = text.length > LONGEST_READ ? `${text.slice(0, LONGEST_READ).replace(LAST_WORD, '')}…` : text
  const discreet = read.replace(/[^\x20-\x7e…]/g, '?').replace(PERHAPS_A_TOKEN, '…')
  return JSON.stringify(discreet.length > LONGEST_SHOWN ? `${discreet.slice(0, LONGEST_SHOWN)}…` : discreet)
}
