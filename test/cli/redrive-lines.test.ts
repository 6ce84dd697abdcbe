import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readLines } from '../../src/cli/redrive/lines.ts'

/** Pieces put together to lines, in Latin-1. */
async function linesOf(chunks: readonly Buffer[], limit: number): Promise<{ lines: string[]; longest: number }> {
  const lines: string[] = []
  let longest = 0
  const source = async function* () {
    yield* chunks
  }
  let ended = true
  for await (const { line, bytes, begins, ends } of readLines(source(), limit)) {
    expect(begins).toBe(ended)
    if (begins) lines.push('')
    expect(line).toBe(lines.length)
    lines[line - 1] += bytes.toString('latin1')
    longest = Math.max(longest, bytes.length)
    ended = ends
  }
  expect(ended).toBe(true)
  return { lines, longest }
}

test('gives each line with its bytes and number, however the bytes come, and holds little', async () => {
  const bytes = fc.array(fc.constantFrom(0x0a, 0x0a, 0x0d, 0x00, 0xff, 0x61), { maxLength: 200 })
  await fc.assert(
    fc.asyncProperty(
      bytes,
      fc.array(fc.integer({ min: 1, max: 20 })),
      fc.integer({ min: 1, max: 300 }),
      async (bytes, cuts, limit) => {
        const all = Buffer.from(bytes)
        const chunks: Buffer[] = []
        let start = 0
        for (const size of [...cuts, all.length]) {
          chunks.push(all.subarray(start, start + size))
          start += size
        }
        const expected = all.toString('latin1').split('\n')
        // What follows the last line feed is a line unless it is empty.
        if (expected.at(-1) === '') expected.pop()
        const { lines, longest } = await linesOf(chunks, limit)
        expect(lines).toEqual(expected)
        expect(longest).toBeLessThanOrEqual(limit + Math.max(...chunks.map(({ length }) => length)))
      }
    ),
    { numRuns: 1000 }
  )
})
