import { setImmediate as nextTurn } from 'node:timers/promises'

/** A clock that stands still until its test moves it. */
export interface Clock {
  now(): number
  /** Rejects when the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
  /** A signal that aborts so many milliseconds from now. */
  deadline(ms: number): AbortSignal
  /** How many sleep. */
  readonly sleepers: number
  /** Lets so many milliseconds pass: whoever wakes on the way does what it has to do at its own time. */
  pass(ms: number): Promise<void>
}

export function createClock(): Clock {
  let now = 1_000_000
  const sleepers = new Set<{ readonly at: number; readonly wake: () => void }>()
  const at = (time: number, wake: () => void) => {
    const sleeper = { at: time, wake }
    sleepers.add(sleeper)
    return () => sleepers.delete(sleeper)
  }
  return {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason)
        const cancel = at(now + ms, resolve)
        signal.addEventListener('abort', () => {
          cancel()
          reject(signal.reason)
        })
      }),
    deadline(ms) {
      const controller = new AbortController()
      at(now + ms, () => controller.abort())
      return controller.signal
    },
    get sleepers() {
      return sleepers.size
    },
    async pass(ms) {
      const end = now + ms
      await nextTurn()
      for (;;) {
        const [next] = [...sleepers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)
        if (next === undefined) break
        sleepers.delete(next)
        now = Math.max(now, next.at)
        next.wake()
        await nextTurn()
      }
      now = end
    }
  }
}
