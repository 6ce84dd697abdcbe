import { expect, vi } from 'vitest'
import { openTestLane } from './lane-harness.ts'
import { type Known, LATE_MS, watch } from './lane-rules.ts'
import { failure, type Reason, type Request } from './scripted-broker.ts'

/** What becomes of an item in an answer. */
export type Outcome = 'accepted' | Reason

/** A lane whose callers, broker and clock a test holds. */
export interface LaneModel {
  /** The requests without an answer. */
  readonly open: readonly Request[]
  publish(bytes: number, order: string | undefined): void
  /** The deadline of one of the items passes. */
  expire(which: number): void
  /**
   * Answers one request item by item; the outcomes take turns. As a broker that keeps an order, it takes nothing that
   * comes after a failure of the same order.
   * @param missing how many of the last items have no result
   */
  answer(request: Request, outcomes: readonly Outcome[], missing: number): void
  fail(request: Request, why: Reason, written: boolean): void
  /** Lets time pass, and checks all that must be so. */
  wait(ms: number): Promise<void>
  /** Nobody waits any more, and the lane is as good as new, if everything is accepted from now on. */
  recover(): Promise<void>
  /**
   * Nobody waits any more, and nothing is left.
   * @param last what the requests in flight fail with in the same breath; the others are given up
   */
  close(last: readonly Reason[]): Promise<void>
}

/** @param patience the broker's, in milliseconds */
export function openModel(concurrency: number, patience: number): LaneModel {
  const { lane, broker, publish } = openTestLane({ concurrency, patience, items: 3, bytes: 6 })
  const known = new Map<string, Known>()
  const rules = watch(broker, known)
  const states = () => [...known.values()].map(({ publication }) => publication.state)

  const model: LaneModel = {
    get open() {
      return broker.open
    },
    publish(bytes, order) {
      const text = String(known.size)
      const publication = publish(text, { bytes, order })
      const item = { text, bytes, order }
      const nothing = { expiredAt: Infinity, hasFailed: false, wasWritten: false, wasAccepted: false }
      known.set(text, { item, publication, ...nothing })
    },
    expire(which) {
      const one = [...known.values()][which % known.size]
      if (one?.publication.state !== 'waiting' || one.expiredAt < Infinity) return
      one.expiredAt = performance.now()
      one.publication.expire()
    },
    answer(request, outcomes, missing) {
      const failures: Record<string, unknown> = {}
      const about = Math.max(0, request.items.length - missing)
      let broken = false
      for (const [index, { text, order }] of request.items.entries()) {
        const outcome = broken && order !== undefined ? 'passing' : outcomes[index % outcomes.length]
        const one = known.get(text)
        if (one === undefined || outcome === undefined) continue
        if (outcome === 'accepted') one.wasWritten = true
        else failures[text] = failure(outcome)
        if (outcome === 'accepted' && index < about) one.wasAccepted = true
        else broken = true
        if (outcome === 'passing' || index >= about) one.hasFailed = true
        else if (outcome !== 'accepted') rules.concerns(failures[text], [text], outcome)
      }
      request.answer(failures, about)
    },
    fail(request, why, written) {
      const cause = failure(why)
      if (why !== 'passing') rules.concerns(cause, request.texts, why)
      for (const text of request.texts) {
        const one = known.get(text)
        if (one && why === 'passing') Object.assign(one, { hasFailed: true, wasWritten: one.wasWritten || written })
      }
      request.fail(cause, written && why === 'passing' ? 'written' : undefined)
    },
    async wait(ms) {
      await vi.advanceTimersByTimeAsync(ms)
      rules.check()
    },
    async recover() {
      for (let round = 0; round < 40; round++) {
        for (const request of broker.open) model.answer(request, ['accepted'], 0)
        await model.wait(LATE_MS)
      }
      expect(states()).not.toContain('waiting')
      for (let count = 1; count <= 3 * concurrency; count++) {
        model.publish(1, undefined)
        await model.wait(patience)
        expect(broker.open).toHaveLength(Math.min(count, concurrency))
      }
      for (let [request] = broker.open; request !== undefined; [request] = broker.open) {
        model.answer(request, ['accepted'], 0)
        await model.wait(0)
      }
      expect(states().slice(-3 * concurrency)).toEqual(Array(3 * concurrency).fill('accepted'))
    },
    async close(last) {
      for (const [index, request] of broker.open.entries()) {
        const why = last[index]
        if (why) model.fail(request, why, false)
      }
      lane.close()
      rules.close()
      await model.wait(0)
      expect(vi.getTimerCount()).toBe(0)
      await model.wait(10 * LATE_MS)
      expect(broker.open).toEqual([])
    }
  }
  return model
}
