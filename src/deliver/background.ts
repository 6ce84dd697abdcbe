import type { Admission } from './admission.ts'

/** Work that nobody's answer waits for, bounded by count, bytes and time. */
export interface Background {
  /**
   * Starts a piece of work, whose signal aborts when its time is up.
   * @param bytes what it holds in memory
   * @throws {UnavailableError} `ERR_BUSY` when there is too much already
   */
  start<T>(bytes: number, work: (signal: AbortSignal) => Promise<T>): Promise<T>
  /** Resolves when all that has been started has ended. */
  idle(): Promise<void>
}

/** @param patience how long a piece of work may take, in milliseconds */
export function createBackground(admission: Admission, patience: number): Background {
  const running = new Set<Promise<unknown>>()
  return {
    start(bytes, work) {
      const leave = admission.enter(bytes)
      const deadline = new AbortController()
      const timer = setTimeout(() => deadline.abort(), patience)
      const ended = work(deadline.signal).finally(() => {
        clearTimeout(timer)
        leave()
        running.delete(ended)
      })
      running.add(ended)
      return ended
    },
    async idle() {
      while (running.size > 0) await Promise.allSettled(running)
    }
  }
}
