import { AsyncResource } from 'node:async_hooks'

/**
 * How much is done in one turn of the event loop, some 1 to 2 ms. Node accepts one connection a turn: were all done that
 * has come in, whoever has a few hundred connections would keep out every new one, health checks and Gemini's alike.
 */
const A_TURN = 8

/** Spreads work over the turns of the event loop, first come, first served. */
export interface Turns {
  /**
   * Does it now if this turn has room for it, else in one of the next.
   * @param begun whether it goes on with what has had a turn before, and comes before what has not
   */
  take(work: () => void, begun?: boolean): void
  /** Does now what has waited longest. Returns whether there was any. */
  hurry(): boolean
}

export function createTurns(): Turns {
  const waiting: (() => void)[] = []
  let room = A_TURN
  let scheduled = false

  const begin = () => {
    const now = waiting.splice(0, A_TURN)
    room = A_TURN - now.length
    scheduled = now.length > 0
    if (scheduled) setImmediate(begin)
    for (const work of now) work()
  }
  return {
    take(work, begun = false) {
      if (!scheduled) setImmediate(begin)
      scheduled = true
      if (room > 0) {
        room -= 1
        work()
        return
      }
      // In its own asynchronous context: another's would put it into another's trace. Not by `bind`, which takes 3 µs.
      const own = new AsyncResource('turn')
      const later = () => own.runInAsyncScope(work)
      if (begun) waiting.unshift(later)
      else waiting.push(later)
    },
    hurry() {
      const work = waiting.shift()
      work?.()
      return work !== undefined
    }
  }
}
