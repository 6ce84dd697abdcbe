import { expect, vi } from 'vitest'
import { EventError, UnavailableError } from '../../../src/errors.ts'
import type { Publication } from '../lane/publication.ts'
import { openTestPublisher } from './publisher-harness.ts'
import type { Request } from './scripted-client.ts'

/** How long after its deadline a record may be without an answer. */
const LATE_MS = 500

/** A publisher whose callers, brokers and clock a test holds, and everything that must be so at any time. */
export interface PublisherModel {
  /** The requests without an answer. */
  readonly open: readonly Request[]
  publish(): void
  /** The deadline of one of the records passes. */
  expire(which: number): void
  /** Has one request accepted; with `only`, no more than that partition of it. */
  accept(request: Request, only?: number): Promise<void>
  /** From now on, these lead the partitions; `undefined`: nobody can be asked. */
  lead(leading: readonly number[] | undefined): void
  /** Lets time pass, and checks all that must be so. */
  wait(ms: number): Promise<void>
  /** Nobody waits any more, if everything is accepted from now on. */
  recover(): Promise<void>
  /** Nobody waits any more, and nothing is left. */
  close(): Promise<void>
}

/** @param leading the leader of each partition */
export async function openModel(leading: readonly number[]): Promise<PublisherModel> {
  const { publisher, client, publish } = await openTestPublisher(leading)
  const publications = new Map<string, Publication>()
  /** When deadlines passed. */
  const expired = new Map<string, number>()
  /** What has been accepted, by its place. */
  const accepted = new Map<string, string>()
  const faults: string[] = []
  const isWaiting = (text: string) => publications.get(text)?.state === 'waiting'

  const { produce } = client
  vi.spyOn(client, 'produce').mockImplementation((leader, records, signal) => {
    if (client.open.some(request => request.leader === leader)) faults.push(`two requests to ${leader}`)
    for (const { value } of [...records.values()].flat()) {
      const text = String(value)
      if (expired.has(text)) faults.push(`${text} was sent after its deadline`)
      // A record that leaves at once is not among the publications yet.
      if (publications.has(text) && !isWaiting(text)) faults.push(`${text} was sent after its answer`)
    }
    return produce(leader, records, signal)
  })

  const check = () => {
    for (const [text, { state, id, error }] of publications) {
      if (state === 'accepted' && accepted.get(id ?? '') !== text) faults.push(`${text} is not at ${id}`)
      if (state === 'refused' && !(error instanceof UnavailableError || error instanceof EventError))
        faults.push(`${text} was refused with ${error}`)
      if (state === 'waiting' && performance.now() - (expired.get(text) ?? Infinity) >= LATE_MS)
        faults.push(`${text} had no answer in time`)
    }
    expect(faults).toEqual([])
  }

  const model: PublisherModel = {
    get open() {
      return client.open
    },
    publish() {
      const text = `${publications.size}`
      publications.set(text, publish(text))
    },
    expire(which) {
      const [text, publication] = [...publications][which % publications.size] ?? []
      if (text === undefined || publication?.state !== 'waiting' || expired.has(text)) return
      expired.set(text, performance.now())
      publication.expire()
    },
    async accept(request, only) {
      const partitions = [...request.records.keys()].filter(partition => only === undefined || partition === only)
      const heard: string[] = []
      for (const partition of partitions) {
        const offset = client.logs.get(partition)?.length ?? 0
        for (const [index, text] of (request.values[partition] ?? []).entries()) {
          accepted.set(`jobs-${partition}@${offset + index}`, text)
          if (isWaiting(text)) heard.push(text)
        }
      }
      request.accept(partitions)
      await model.wait(0)
      for (const text of heard) if (isWaiting(text)) faults.push(`${text} was not told that it was accepted`)
    },
    lead(leading) {
      if (leading === undefined) client.leaders.mockRejectedValue(new Error('nobody there'))
      else client.leaders.mockResolvedValue(leading)
    },
    async wait(ms) {
      await vi.advanceTimersByTimeAsync(ms)
      check()
    },
    async recover() {
      for (let round = 0; round < 30; round++) {
        for (const request of client.open) await model.accept(request)
        await model.wait(LATE_MS)
      }
      expect([...publications.keys()].filter(isWaiting)).toEqual([])
    },
    async close() {
      await publisher.close()
      await model.wait(0)
      expect([...publications.keys()].filter(isWaiting)).toEqual([])
      await model.wait(10 * LATE_MS)
      expect(client.open).toEqual([])
      expect(vi.getTimerCount()).toBe(0)
    }
  }
  return model
}
