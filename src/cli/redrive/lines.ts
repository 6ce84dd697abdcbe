/** A line, or one of the pieces of a line that is too long to be held. */
export interface Piece {
  /** The line's number, from 1. */
  readonly line: number
  /** The bytes as they are, without the line feed at the end. */
  readonly bytes: Buffer
  /** Whether this is the line from its beginning. */
  readonly begins: boolean
  /** Whether this is the line up to its end. */
  readonly ends: boolean
}

const LINE_FEED = 0x0a

/**
 * Splits bytes into lines. A line of more than `limit` bytes comes in pieces, so that never much more than that is held.
 * What follows the last line feed is a line too, unless it is empty.
 */
export async function* readLines(chunks: AsyncIterable<Buffer>, limit: number): AsyncGenerator<Piece> {
  let line = 1
  let begins = true
  let held: Buffer[] = []
  let size = 0
  const take = (ends: boolean): Piece => {
    const piece = { line, bytes: Buffer.concat(held), begins, ends }
    if (ends) line += 1
    begins = ends
    held = []
    size = 0
    return piece
  }
  for await (const chunk of chunks) {
    let start = 0
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
      held.push(chunk.subarray(start, end))
      start = end + 1
      yield take(true)
    }
    const rest = chunk.subarray(start)
    if (rest.length > 0) held.push(rest)
    size += rest.length
    if (size > limit) yield take(false)
  }
  if (size > 0 || !begins) yield take(true)
}
