import { Reason } from './reason.ts'

/** How long an answer may take, in milliseconds. */
export const ANSWER_MS = 50
/** How long nothing is asked after a failure, in milliseconds. */
const PAUSE_MS = 1000

/** Asks, unless it is known to be in vain. Undefined without an answer in time; never rejects. */
export type Ask = <T>(question: () => Promise<T>) => Promise<T | undefined>

/**
 * Keeps a server that fails or is late from costing everybody the wait for it: after a failure nothing is asked for a
 * while, and then one question at a time, until one is answered in time.
 */
export function createBreaker(on: { failed(cause: unknown): void; answered(): void }): Ask {
  let open = false
  let askAgainAt = 0
  /** Questions without an answer, those included that nobody waits for any more. */
  let unanswered = 0

  return async question => {
    if (open && (unanswered > 0 || performance.now() < askAgainAt)) return undefined
    unanswered += 1
    try {
      const answer = await inTime(
        question().finally(() => {
          unanswered -= 1
        })
      )
      open = false
      on.answered()
      return answer
    } catch (cause) {
      askAgainAt = performance.now() + PAUSE_MS
      open = true
      on.failed(cause)
      return undefined
    }
  }
}

/** Rejects when the answer is late. After a stall of our own, what has arrived meanwhile is read first. */
function inTime<T>(answer: Promise<T>): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>()
  const timer = setTimeout(() => setImmediate(reject, new Reason(`no answer within ${ANSWER_MS} ms`)), ANSWER_MS)
  answer.then(resolve, reject).finally(() => clearTimeout(timer))
  return promise
}
