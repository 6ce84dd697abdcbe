import { type AdapterDefinition, type CloudEvent, defineAdapter, z } from '../../../src/adapter.ts'
import { EventError, UnavailableError } from '../../../src/errors.ts'

/** What a broker says to a publish; `lost`: it has the event, and its answer is lost. */
export type Answer = 'accepted' | 'lost' | 'refused' | 'unavailable'

/**
 * What an adapter does with the publishes that come: answers at once, throws before there is a promise, or waits to be
 * told; then `held` gives up when its signal aborts, `losing` does so too late, and `deaf` never hears of it.
 */
export type Mode = Answer | 'thrown' | 'held' | 'losing' | 'deaf'

/** One publish, as the broker sees it. */
export interface Call {
  readonly broker: string
  readonly event: CloudEvent
  readonly signal: AbortSignal
  /** What it was answered; undefined while it is open. */
  readonly answer: Answer | undefined
  /** When it was, by `performance.now()`. */
  readonly answeredAt: number
  /** Whether nobody waited for that any more. */
  readonly abandoned: boolean
  settle(answer: Answer): void
}

/** A broker whose test decides what becomes of every publish. */
export interface ScriptedBroker {
  readonly definition: AdapterDefinition
  readonly calls: readonly Call[]
  mode: Mode
  readonly connected: boolean
  /** Lets the bridge connect. */
  connect(): void
}

/** @param onCall told of each publish before it is answered, and before it counts among `calls` */
export function createScriptedBroker(broker: string, onCall: (call: Call) => void): ScriptedBroker {
  const calls: Call[] = []
  const connecting = Promise.withResolvers<void>()
  let connected = false
  let mode: Mode = 'accepted'

  const publish = (event: CloudEvent, signal: AbortSignal): Promise<string> => {
    const done = Promise.withResolvers<string>()
    let answer: Answer | undefined
    let answeredAt = Infinity
    let abandoned = false
    const call: Call = {
      broker,
      event,
      signal,
      get answer() {
        return answer
      },
      get answeredAt() {
        return answeredAt
      },
      get abandoned() {
        return abandoned
      },
      settle(given) {
        if (answer !== undefined) return
        answer = given
        answeredAt = performance.now()
        abandoned = signal.aborted
        if (given === 'accepted') done.resolve(`${broker}-${calls.length}`)
        else if (given === 'refused') done.reject(new EventError(`${broker} never takes ${event.id}`))
        else done.reject(new UnavailableError(`${broker} is down`))
      }
    }
    onCall(call)
    calls.push(call)
    const giveUp = (given: Answer) => {
      const onAbort = () => call.settle(given)
      signal.addEventListener('abort', onAbort)
      done.promise.catch(() => {}).finally(() => signal.removeEventListener('abort', onAbort))
    }
    if (mode === 'held') giveUp('unavailable')
    else if (mode === 'losing') giveUp('lost')
    else if (mode === 'thrown') {
      call.settle('unavailable')
      done.promise.catch(() => {})
      throw new Error(`${broker} cannot even be asked`)
    } else if (mode !== 'deaf') call.settle(mode)
    return done.promise
  }

  return {
    definition: defineAdapter({
      name: 'scripted',
      options: z.strictObject({}),
      async connect() {
        await connecting.promise
        connected = true
        return { publish, close: async () => {} }
      }
    }),
    calls,
    get mode() {
      return mode
    },
    set mode(value) {
      mode = value
    },
    get connected() {
      return connected
    },
    connect: connecting.resolve
  }
}

/** Whether the broker has the event for good. */
export function hasTaken({ answer }: Call): boolean {
  return answer === 'accepted' || answer === 'lost'
}
