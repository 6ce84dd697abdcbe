import { isUtf8 } from 'node:buffer'
import { EventError } from '../../errors.ts'
import type { CloudEvent } from '../../event.ts'
import { parseStructured } from '../../structured.ts'
import type { Destinations } from './destinations.ts'
import { type Entry, isDone, type Ledger } from './ledger.ts'
import type { Left } from './left.ts'
import type { Piece } from './lines.ts'
import type { Publication } from './plan.ts'

/** What settling a line takes. */
export interface Settling {
  readonly plan: (event: CloudEvent) => readonly Publication[]
  readonly destinations: Pick<Destinations, 'publish'>
  readonly ledger: Ledger
  readonly left: Left | undefined
  readonly stop: AbortSignal
  /** How many bytes of lines may be in flight; a line by itself may have more. */
  readonly bytes: number
}

const EVENTS_IN_FLIGHT = 32
const LINE_FEED = Buffer.from('\n')

/**
 * Publishes the event of each line, many at once, and writes down what became of it. After the stop, what is in flight is
 * finished, and the other lines are written down as not tried.
 */
export async function settleLines(pieces: AsyncIterable<Piece>, settling: Settling): Promise<void> {
  const { ledger, left } = settling
  const inFlight = new Set<Promise<void>>()
  let bytes = 0
  const isFull = (more: number) =>
    inFlight.size >= EVENTS_IN_FLIGHT || (inFlight.size > 0 && bytes + more > settling.bytes)

  const settle = async (piece: Piece) => {
    const entries = await attempt(piece, settling)
    for (const entry of entries) await ledger.record(entry)
    if (!entries.every(isDone)) await left?.write(piece.bytes, LINE_FEED)
  }
  const start = (piece: Piece) => {
    bytes += piece.bytes.length
    const settled = settle(piece).finally(() => {
      bytes -= piece.bytes.length
      inFlight.delete(settled)
    })
    inFlight.add(settled)
  }
  try {
    for await (const piece of pieces) {
      if (piece.begins && piece.ends) {
        if (isBlank(piece.bytes)) continue
        while (isFull(piece.bytes.length)) await Promise.race(inFlight)
        start(piece)
        continue
      }
      // The pieces of one line must stand together.
      await Promise.all(inFlight)
      await left?.write(...(piece.ends ? [piece.bytes, LINE_FEED] : [piece.bytes]))
      const reason = `The line is longer than ${settling.bytes} bytes.`
      if (piece.ends) await ledger.record({ line: piece.line, outcome: 'unreadable', reason })
    }
  } finally {
    await Promise.all(inFlight)
  }
}

/** What becomes of a line: an entry for each destination of its event. */
async function attempt({ line, bytes }: Piece, { plan, destinations, stop }: Settling): Promise<readonly Entry[]> {
  if (stop.aborted) return [{ line, outcome: 'not tried', reason: `Stopped by ${stop.reason}.` }]
  let id: string | undefined
  let publications: readonly Publication[]
  try {
    const event = read(bytes)
    id = event.id
    publications = plan(event)
  } catch (error) {
    if (!(error instanceof EventError)) throw error
    const reason = error.message
    return [id === undefined ? { line, outcome: 'unreadable', reason } : { line, id, outcome: 'refused', reason }]
  }
  if (publications.length === 0) {
    return [{ line, id, outcome: 'skipped', reason: 'It is neither a dead letter nor a fallback event.' }]
  }
  return Promise.all(
    publications.map(async ({ destination, event }) => {
      const { outcome, refusal } = await destinations.publish(destination, event)
      const entry = { line, id: event.id, destination }
      if (outcome === 'accepted') return { ...entry, outcome: 'published' }
      return { ...entry, outcome, ...(refusal && { reason: refusal.message }) }
    })
  )
}

function read(bytes: Buffer): CloudEvent {
  if (!isUtf8(bytes)) throw new EventError('The line is not UTF-8. Convert the file.')
  // Editors put a byte order mark before the first line, and tools that join files leave it within.
  return parseStructured(bytes.toString().replace(/^\ufeff/, ''))
}

function isBlank(bytes: Buffer): boolean {
  return bytes.every(byte => byte === 0x20 || byte === 0x09 || byte === 0x0d)
}
