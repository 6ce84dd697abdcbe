import type { Broker, Result } from '../../../adapters/lane/broker.ts'
import { type Fault, type Faults, toFault } from '../../../adapters/lane/fault.ts'
import { UnavailableError } from '../../../src/errors.ts'

export interface Item {
  readonly text: string
  readonly bytes: number
  /** As `limits.order` says. */
  readonly order: string | undefined
}

/** One call of `send`, for the test to answer. */
export interface Request {
  readonly items: readonly Item[]
  readonly texts: readonly string[]
  readonly signal: AbortSignal
  /** Whether the lane said that some of it had failed before. */
  readonly again: boolean
  /** Neither answered nor given up. */
  readonly open: boolean
  /**
   * Takes each item that has no failure here, by its text, and says so.
   * @param about how many of the items, from the first, have a result at all
   */
  answer(failures?: Readonly<Record<string, unknown>>, about?: number): void
  /** Fails as a whole; takes the items all the same, if asked to. */
  fail(error: unknown, written?: 'written'): void
}

/** A broker that does as it is told by a test, and keeps what it took. */
export interface ScriptedBroker extends Broker<Item> {
  readonly requests: readonly Request[]
  /** The requests that wait for their answer. */
  readonly open: readonly Request[]
  /** What was taken; the message id is the place here. */
  readonly log: readonly string[]
}

export interface Shape {
  /** Default: 1. */
  readonly concurrency?: number
  /** As the broker's, in milliseconds (default: 0). */
  readonly patience?: number
  /** How many items a request may hold (default: 100). */
  readonly items?: number
  /** How many bytes a request may hold (default: 1000). */
  readonly bytes?: number
}

export type Reason = Fault['kind'] | 'never' | 'large'

const faults: Faults = {
  entries: {
    passing: { kind: 'passing', says: (to, detail) => `${to} is away${detail}.` },
    mend: { kind: 'mend', says: (to, detail) => `${to} wants a permission${detail}.` },
    record: { kind: 'record', says: (to, detail) => `${to} does not take it${detail}.` },
    never: { kind: 'record', never: true, says: (to, detail) => `${to} never takes it${detail}.` },
    size: { kind: 'size', never: true, says: (to, detail) => `${to} never takes so much${detail}.` },
    large: { kind: 'size', says: (to, detail) => `${to} does not take so much now${detail}.` }
  },
  unknown: { kind: 'passing', says: (to, detail) => `${to} did not say why${detail}.` }
}

/** What a client fails with. */
export const failure = (reason: Reason) => Object.assign(new Error('something happened'), { code: reason })

export function scriptedBroker(shape: Shape = {}): ScriptedBroker {
  const { concurrency = 1, patience = 0, items = 100, bytes = 1000 } = shape
  const requests: Request[] = []
  const log: string[] = []

  return {
    requests,
    log,
    get open() {
      return requests.filter(({ open }) => open)
    },
    name: 'Test',
    concurrency,
    patience,
    limits: { items, bytes, order: ({ order }) => order },
    sizeOf: ({ bytes }) => bytes,
    async send(items, signal, again) {
      signal.throwIfAborted()
      const answer = Promise.withResolvers<readonly Result[]>()
      let open = true
      const end = () => {
        if (!open) throw new Error('This request has been answered, or given up.')
        open = false
      }
      const take = ({ text }: Item) => ({ id: String(log.push(text) - 1) })
      signal.addEventListener('abort', () => {
        open = false
        answer.reject(signal.reason)
      })
      requests.push({
        items,
        texts: items.map(({ text }) => text),
        signal,
        again,
        get open() {
          return open
        },
        answer(failures = {}, about = items.length) {
          end()
          const results = items.map(item => (item.text in failures ? { cause: failures[item.text] } : take(item)))
          answer.resolve(results.slice(0, about))
        },
        fail(error, written) {
          end()
          if (written) for (const item of items) take(item)
          answer.reject(error)
        }
      })
      return answer.promise
    },
    toFault: cause => toFault(cause, 'The test', faults),
    silence: () => new UnavailableError('The test says nothing.')
  }
}
