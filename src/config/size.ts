import { z } from 'zod'

const SIZE = /^(\d+(?:\.\d+)?)(B|KiB|MiB|GiB)$/
const UNITS = { GiB: 2 ** 30, MiB: 2 ** 20, KiB: 2 ** 10, B: 1 } as const

/** A size, written `512B`, `256KiB`, `64MiB` or `1GiB`, never without its unit; in bytes once read. */
export function size(minimum: string, maximum: string) {
  const error = `must be a size from ${minimum} to ${maximum}, in B, KiB, MiB or GiB`
  return z.codec(
    z.string({ error }).regex(SIZE, { error }),
    z.int({ error }).min(parseSize(minimum), { error }).max(parseSize(maximum), { error }),
    { decode: parseSize, encode: formatSize }
  )
}

function parseSize(text: string): number {
  const [, count, unit] = SIZE.exec(text) ?? []
  return Math.round(Number(count) * UNITS[unit as keyof typeof UNITS])
}

/** Writes bytes in the largest unit that loses nothing: 262144 is `256KiB`, 1000 is `1000B`. */
export function formatSize(bytes: number): string {
  const [unit, size] = Object.entries(UNITS).find(([, size]) => bytes > 0 && bytes % size === 0) ?? ['B', 1]
  return `${bytes / size}${unit}`
}
