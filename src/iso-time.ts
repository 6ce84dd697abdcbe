let last = Number.NaN
let text = ''

/**
 * A time as RFC 3339 writes it, in UTC, with milliseconds. Of what happens in one millisecond only the first costs
 * anything.
 * @param time milliseconds since the epoch
 */
export function isoTime(time: number): string {
  if (time !== last) {
    text = new Date(time).toISOString()
    last = time
  }
  return text
}
