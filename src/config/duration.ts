import ms from 'ms'
import { z } from 'zod'

const DURATION = /^\d+(\.\d+)?(ms|s|m|h)$/

/** A duration, written `500ms`, `4s`, `5m` or `25h`; in milliseconds once read. */
export function duration(minimum: ms.StringValue, maximum: ms.StringValue) {
  const error = `must be a duration from ${minimum} to ${maximum}, in ms, s, m or h`
  return z.codec(
    z.string({ error }).regex(DURATION, { error }),
    z.number({ error }).min(ms(minimum), { error }).max(ms(maximum), { error }),
    // For more than 100 characters ms gives undefined: not a number, so refused.
    { decode: text => Math.round(ms(text as ms.StringValue)), encode: formatDuration }
  )
}

const UNITS = [
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000]
] as const

/** Writes milliseconds in the largest unit that loses nothing: 300000 is `5m`, 620000 is `620s`. */
export function formatDuration(milliseconds: number): string {
  const [unit, size] = UNITS.find(([, size]) => milliseconds > 0 && milliseconds % size === 0) ?? ['ms', 1]
  return `${milliseconds / size}${unit}`
}
