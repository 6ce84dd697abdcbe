import pino from 'pino'
import { createAccepted } from '../../../src/deliver/accepted.ts'
import { createAdmission } from '../../../src/deliver/admission.ts'
import { createBackground } from '../../../src/deliver/background.ts'
import { createBury } from '../../../src/deliver/bury.ts'
import { createDeliverer } from '../../../src/deliver/deliver.ts'
import { type Destination, openDestination } from '../../../src/deliver/destination.ts'
import { type Publish, withFallback } from '../../../src/deliver/fallback.ts'
import { createOnce } from '../../../src/deliver/once.ts'
import { assertSettled } from '../../../src/deliver/result.ts'
import { EventError } from '../../../src/errors.ts'
import type { CloudEvent } from '../../../src/event.ts'
import { sampleEvent } from '../../../src/testing/sample-event.ts'
import { type Call, createScriptedBroker, type ScriptedBroker } from './scripted-broker.ts'
import { createScriptedMarks, type ScriptedMarks } from './scripted-marks.ts'

export const TARGETS = ['a', 'b', 'c'] as const
export type TargetName = (typeof TARGETS)[number]

/** How a bridge is set up. Events for `a` can fall back to `spare`; what is refused for good is buried at `parking`. */
export interface Setup {
  readonly routes: Readonly<Record<TargetName, 'required' | 'bestEffort' | 'none'>>
  readonly fallback: boolean
  readonly deadLetter: boolean
  readonly dedupe: 'off' | 'memory' | 'shared'
  /** How many acceptances are remembered: all, or hardly any. */
  readonly entries: 1000 | 2
}

/** One delivery of a webhook. */
export interface Delivery {
  readonly id: string
  /** Unlike that of every other delivery. */
  readonly recordedtime: string
  /** The event; undefined when the body is none. */
  readonly event: CloudEvent | undefined
  readonly body: Uint8Array
  readonly start: number
  readonly deadline: number
  readonly signal: AbortSignal
  state: 'open' | 'acknowledged' | 'refused'
  /** What it was refused with. */
  error?: unknown
}

/** A delivery core over scripted brokers. */
export interface World {
  readonly setup: Setup
  readonly brokers: ReadonlyMap<string, ScriptedBroker>
  readonly marks: ScriptedMarks
  readonly deliveries: readonly Delivery[]
  /** By their `recordedtime`, the deliveries of which something had no room. */
  readonly dropped: ReadonlySet<string>
  /** @param ms how long until the acknowledgement is due */
  deliver(id: string, ms: number, readable?: boolean): Delivery
  idle(): Promise<void>
  close(): Promise<void>
}

/** All in milliseconds, but for the last two. */
export const TTL = 10 * 60_000
export const AFTER = 5000
export const ACKNOWLEDGE = 4000
/** Best-effort publishes at once. */
export const ROOM = 3
export const PREFIX = 'com.google.gemini.'

export interface Watcher {
  onCall(call: Call): void
  onSettled(delivery: Delivery): void
  /** Told of what should not have happened. */
  onFault(error: unknown): void
}

export function openWorld(setup: Setup, watcher: Watcher): World {
  const log = pino({ level: 'silent' })
  const names = [...TARGETS, 'spare', 'parking']
  const brokers = new Map(names.map(name => [name, createScriptedBroker(name, watcher.onCall)]))
  const destinations = new Map<string, Destination>()
  for (const [name, { definition }] of brokers) {
    const config = { name, adapter: 'scripted', definition, options: {} }
    destinations.set(name, openDestination(config, { directory: '/', log }))
  }
  const named = (name: string): Destination => {
    const destination = destinations.get(name)
    if (destination === undefined) throw new Error(`no destination ${name}`)
    return destination
  }
  const publishers = new Map<string, Publish>(TARGETS.map(name => [name, named(name).publish]))
  if (setup.fallback) {
    const options = { to: named('spare'), after: AFTER, patience: ACKNOWLEDGE / 2, log, onFallback: () => {} }
    publishers.set('a', withFallback(named('a'), options))
  }

  const marks = createScriptedMarks()
  const shared = setup.dedupe === 'shared' ? { marks, nameOf: (name: string) => name } : undefined
  const accepted = setup.dedupe === 'off' ? undefined : createAccepted({ ttl: TTL, maxEntries: setup.entries, shared })
  const background = createBackground(createAdmission({ requests: ROOM, bytes: 1e6 }), ACKNOWLEDGE)
  const dropped = new Set<string>()
  const deliverer = createDeliverer({
    route: () =>
      TARGETS.filter(name => setup.routes[name] !== 'none').map(destination => ({
        destination,
        required: setup.routes[destination] === 'required'
      })),
    publishers,
    accepted,
    once: createOnce(accepted, () => {}),
    bury: setup.deadLetter ? createBury(named('parking'), PREFIX, () => {}) : undefined,
    background: () => background,
    onUnsettled() {},
    onFault: watcher.onFault,
    onDropped: (_destination, { recordedtime = '' }) => dropped.add(recordedtime)
  })

  const deliveries: Delivery[] = []
  const begin = ({ event, body, signal, id, recordedtime }: Delivery) => {
    if (event) return deliverer.deliver(event, body, signal)
    const webhook = { id, source: SOURCE, recordedtime }
    return deliverer.deliverUnreadable(webhook, { body, refusal: new EventError('no envelope') }, signal)
  }

  return {
    setup,
    brokers,
    marks,
    deliveries,
    dropped,
    deliver(id, ms, readable = true) {
      const due = new AbortController()
      const timer = setTimeout(() => due.abort(), ms)
      const start = performance.now()
      const recordedtime = new Date(deliveries.length).toISOString()
      const event = readable ? sampleEvent(`{"of":"${id}"}`, { id, source: SOURCE, recordedtime }) : undefined
      const delivery: Delivery = {
        id,
        recordedtime,
        event,
        body: Buffer.from(`the body of ${id}`),
        start,
        deadline: start + ms,
        signal: due.signal,
        state: 'open'
      }
      deliveries.push(delivery)
      void begin(delivery)
        .then(assertSettled)
        .then(
          () => Object.assign(delivery, { state: 'acknowledged' }),
          error => Object.assign(delivery, { state: 'refused', error })
        )
        // As the server does.
        .finally(() => clearTimeout(timer))
        .then(watcher.onSettled)
      return delivery
    },
    idle: () => background.idle(),
    async close() {
      await Promise.all([...destinations.values()].map(destination => destination.close()))
    }
  }
}

const SOURCE = '//generativelanguage.googleapis.com'
