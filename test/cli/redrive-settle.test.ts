import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { Entry } from '../../src/cli/redrive/ledger.ts'
import type { Piece } from '../../src/cli/redrive/lines.ts'
import { type Settling, settleLines } from '../../src/cli/redrive/settle.ts'
import { UnavailableError } from '../../src/errors.ts'
import { eventOf, fallbackLine } from './redrive-letters.ts'

const bytesOf = (id: string) => Buffer.from(fallbackLine(eventOf(id), 'analytics').trim())
const whole = (line: number): Piece => ({ line, bytes: bytesOf(`msg_${line}`), begins: true, ends: true })
const SIZE = bytesOf('msg_1').length

/** Lines that are given out as they are asked for, and a destination that answers when it is told to. */
function open(pieces: readonly Piece[], bytes: number) {
  const entries: Entry[] = []
  const left: string[] = []
  const waiting: PromiseWithResolvers<'accepted' | 'unavailable'>[] = []
  const settling: Settling = {
    plan: event => [{ destination: 'analytics', event }],
    destinations: {
      async publish(destination) {
        const answer = Promise.withResolvers<'accepted' | 'unavailable'>()
        waiting.push(answer)
        const outcome = await answer.promise
        return { destination, outcome, ...(outcome !== 'accepted' && { refusal: new UnavailableError('down') }) }
      }
    },
    ledger: {
      complete: true,
      record: async entry => {
        entries.push(entry)
      },
      summarize() {}
    },
    left: {
      fault: undefined,
      write: async (...parts) => {
        left.push(Buffer.concat(parts).toString())
      },
      close: async () => {}
    },
    stop: new AbortController().signal,
    bytes
  }
  const source = async function* () {
    yield* pieces
  }
  return { entries, left, waiting, settled: settleLines(source(), settling) }
}

/** Lets everything happen that waits for no answer. */
async function settle(): Promise<void> {
  for (let turns = 0; turns < 50; turns += 1) await turn()
}

test.each([
  ['32 events', 1_000_000, 32],
  ['a few bytes', 5.5 * SIZE, 5],
  ['less than a line', 1, 1]
])('no more than %s are in flight', async (_what, bytes, most) => {
  const { waiting, settled, entries } = open(
    Array.from({ length: 99 }, (_, index) => whole(index + 1)),
    bytes
  )
  for (let done = 0; done < 99; done += 1) {
    await settle()
    expect(waiting).toHaveLength(Math.min(done + most, 99))
    waiting[done]?.resolve('accepted')
  }
  await settled
  expect(entries).toHaveLength(99)
})

test('nothing stands between the pieces of a line', async () => {
  const piece = { line: 2, bytes: Buffer.from('xx'), begins: false, ends: false }
  const long = [{ ...piece, begins: true }, piece, { ...piece, ends: true }]
  const { waiting, settled, left, entries } = open([whole(1), ...long, whole(3)], 4 * SIZE)
  await settle()
  expect(left).toEqual([])
  waiting[0]?.resolve('unavailable')
  await settle()
  waiting[1]?.resolve('unavailable')
  await settled
  expect(left.join('')).toBe(`${bytesOf('msg_1')}\nxxxxxx\n${bytesOf('msg_3')}\n`)
  expect(entries.map(({ line, outcome }) => [line, outcome])).toEqual([
    [1, 'unavailable'],
    [2, 'unreadable'],
    [3, 'unavailable']
  ])
})

test('a bug is no outcome', async () => {
  const { waiting, settled } = open([whole(1), whole(2)], 4 * SIZE)
  await settle()
  waiting[0]?.resolve('accepted')
  waiting[1]?.reject(new TypeError('a bug'))
  await expect(settled).rejects.toThrow('a bug')
})
