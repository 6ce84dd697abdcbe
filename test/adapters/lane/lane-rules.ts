import { expect, vi } from 'vitest'
import { EventError, UnavailableError } from '../../../src/errors.ts'
import type { Publication } from './publication.ts'
import type { Item, Reason, ScriptedBroker } from './scripted-broker.ts'

/** How long after its deadline an item may be without an answer. */
export const LATE_MS = 500

/** What a test knows of an item. */
export interface Known {
  readonly item: Item
  readonly publication: Publication
  /** When the deadline passed. */
  expiredAt: number
  /** It has failed in a way that may pass: it may be waiting for the end of a pause. */
  hasFailed: boolean
  /** It may have been taken. */
  wasWritten: boolean
  /** It was taken, and that was said. */
  wasAccepted: boolean
}

/** Everything that must be so at any time. */
export interface Rules {
  /** This failure does not pass, and concerns nobody else; what is to be mended may, while the broker is down. */
  concerns(cause: unknown, texts: readonly string[], why: Reason): void
  /** The lane is closed from now on. */
  close(): void
  /** To be called when nothing is left to happen at this time. */
  check(): void
}

/** Watches whatever is sent to a broker, and what becomes of it; the items' texts are numbers that grow. */
export function watch(broker: ScriptedBroker, known: ReadonlyMap<string, Known>): Rules {
  const { concurrency, patience = 0, limits, send } = broker
  const lasting = new Map<unknown, { texts: readonly string[]; why: Reason }>()
  /** Who was overtaken by what, unless it had been refused and only had not heard of it yet. */
  const overtaken: [Known, string][] = []
  const faults: string[] = []
  const sent = new Set<string>()
  let closed = false

  const isWaiting = ({ publication }: Known) => publication.state === 'waiting'
  const isInFlight = ({ text }: Item) => broker.open.some(({ texts }) => texts.includes(text))
  const isHeld = ({ order }: Item) =>
    order !== undefined && broker.open.some(({ items }) => items.some(item => item.order === order))

  const onSend = (items: readonly Item[], again: boolean) => {
    const texts = items.map(({ text }) => text)
    const fault = (what: string) => faults.push(`${texts} ${what}`)
    if (again !== texts.some(text => sent.has(text))) fault(`was said to be sent ${again ? 'again' : 'first'}`)
    for (const text of texts) sent.add(text)
    const bytes = items.reduce((sum, item) => sum + item.bytes, 0)
    if (closed) fault('was sent after the end')
    if (broker.open.length >= concurrency) fault('was one request too many')
    if (items.length === 0 || items.length > limits.items) fault('was a request of so many')
    if (items.length > 1 && bytes > limits.bytes) fault(`was a request of ${bytes} bytes`)
    if (new Set(items.map(({ order }) => order)).size > 1) fault('has more than one order')
    for (const [index, item] of items.entries()) {
      if (isInFlight(item)) fault(`has ${item.text}, which is in flight already`)
      if (isHeld(item)) fault(`has ${item.text}, whose order is in flight already`)
      // An item that leaves at once is not known yet.
      const one = known.get(item.text)
      if (one && (!isWaiting(one) || one.wasAccepted)) fault(`has ${item.text} after its answer`)
      if (one && one.expiredAt < Infinity) fault(`has ${item.text} after its deadline`)
      for (const other of known.values()) {
        const { order, text } = other.item
        if (order === undefined || order !== item.order || Number(text) >= Number(item.text)) continue
        const hasLeft = other.wasAccepted || other.expiredAt < Infinity || texts.slice(0, index).includes(text)
        if (isWaiting(other) && !hasLeft) overtaken.push([other, item.text])
      }
    }
  }
  vi.spyOn(broker, 'send').mockImplementation((items, signal, again) => {
    onSend(items, again)
    return send(items, signal, again)
  })

  const checkAnswer = (one: Known) => {
    const { item, publication, expiredAt, wasWritten, wasAccepted } = one
    const { state, id, error } = publication
    const fault = (what: string) => faults.push(`${item.text} ${what}`)
    const isLate = performance.now() - expiredAt >= LATE_MS
    if (state === 'accepted' && broker.log[Number(id)] !== item.text) fault(`is not at ${id}`)
    if (state === 'refused') {
      if (!(error instanceof UnavailableError || error instanceof EventError)) fault(`was refused with ${error}`)
      if (wasWritten && error?.message.includes('will not be sent')) fault('was said never to be sent')
      if (wasAccepted && !isLate) fault('was refused although it was accepted in time')
      const reason = lasting.get(error?.cause)
      // A broker is down with the first deadline, at the earliest.
      const isForAll = reason?.why === 'mend' && [...known.values()].some(({ expiredAt }) => expiredAt < Infinity)
      if (reason?.texts.includes(item.text) === false && !isForAll) fault(`was told what concerns others: ${error}`)
    }
    if (state === 'waiting') {
      if (wasAccepted) fault('was not told that it was accepted')
      if (isLate) fault('had no answer in time')
      if (closed) fault('was left waiting')
    }
  }

  /** While a slot is free, nothing waits but for the end of a pause, or for its order. */
  const checkSlots = () => {
    const waiting = [...known.values()].filter(isWaiting)
    const late = waiting.filter(({ expiredAt }) => expiredAt < Infinity).length
    const pauses = vi.getTimerCount() - late
    if (broker.open.length + pauses >= concurrency || (patience > 0 && pauses > 0)) return
    const queued = waiting.filter(({ item }) => !isInFlight(item) && !isHeld(item))
    // What has failed waits for the end of a pause; others may be behind it, or of an order that is.
    const isPaused = pauses > 0 && queued.some(({ hasFailed }) => hasFailed)
    for (const { item } of queued)
      if (!isPaused && (pauses === 0 || item.order === undefined)) faults.push(`${item.text} waits for nothing`)
  }

  return {
    concerns: (cause, texts, why) => lasting.set(cause, { texts, why }),
    close() {
      closed = true
    },
    check() {
      for (const one of known.values()) checkAnswer(one)
      for (const [{ item, publication }, by] of overtaken.splice(0))
        if (publication.state !== 'refused') faults.push(`${item.text} was overtaken by ${by}`)
      checkSlots()
      expect(faults).toEqual([])
    }
  }
}
