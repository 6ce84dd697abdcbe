import type { Destination, Outcome, PublishResult } from '../../src/deliver/destination.ts'
import { EventError, UnavailableError } from '../../src/errors.ts'
import type { CloudEvent } from '../../src/event.ts'

/** One publish that the destination was asked for. */
export interface Call {
  readonly event: CloudEvent
  readonly signal: AbortSignal
  /** Answers it. An acceptance that comes after the signal has aborted is a late one; all else is then unheard. */
  answer(outcome: Outcome): void
}

/** A destination that does what its test says, and keeps the promises of the real one. */
export interface Scripted extends Destination {
  connected: boolean
  /** What it answers at once; nothing by default, so that each call waits for its own answer. */
  outcome: Outcome | undefined
  /** All publishes so far, oldest first. One whose signal had aborted before is none. */
  readonly calls: readonly Call[]
}

export function scripted(name: string, outcome?: Outcome): Scripted {
  const calls: Call[] = []
  const destination: Scripted = {
    name,
    connected: true,
    outcome,
    calls,
    publish(event, signal, onLateAcceptance = () => {}) {
      if (!destination.connected) return Promise.resolve(resultOf(name, 'unavailable', 'is not connected yet'))
      if (signal.aborted) return Promise.resolve(resultOf(name, 'unavailable', 'was not asked'))
      return new Promise(resolve => {
        const onAbort = () => resolve(resultOf(name, 'unavailable', 'had not accepted the event in time'))
        signal.addEventListener('abort', onAbort, { once: true })
        const answer = (outcome: Outcome) => {
          if (signal.aborted && outcome === 'accepted') onLateAcceptance()
          resolve(resultOf(name, outcome, outcome === 'refused' ? 'takes 10 bytes' : 'is down'))
        }
        calls.push({ event, signal, answer })
        if (destination.outcome !== undefined) answer(destination.outcome)
      })
    },
    reconnect() {},
    async close() {}
  }
  return destination
}

function resultOf(destination: string, outcome: Outcome, reason: string): PublishResult {
  if (outcome === 'accepted') return { destination, outcome, seconds: 0.01 }
  const message = `${destination} ${reason}.`
  return {
    destination,
    outcome,
    refusal: outcome === 'refused' ? new EventError(message) : new UnavailableError(message)
  }
}
