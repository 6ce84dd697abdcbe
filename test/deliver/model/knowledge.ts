import { keyOf } from '../../../src/deliver/key.ts'
import { type Call, hasTaken } from './scripted-broker.ts'
import { type Delivery, TARGETS, TTL, type World } from './world.ts'

/** What a publish is about: the event, and where it belongs, whether it goes there or elsewhere in its stead. */
export interface Subject {
  readonly id: string
  /** A target's name, or `envelope`. */
  readonly target: string
}

/** What the brokers have, and what of it the bridge has heard. */
export interface Knowledge {
  readonly calls: readonly Call[]
  /** The calls about this event at this target. */
  about(subject: Subject): readonly Call[]
  /** Takes in what was answered, once the bridge has had the time to do the same. */
  hear(): void
  /**
   * Whether the bridge has been told that this needs nothing more, and cannot have forgotten it.
   * @param start of the delivery that asks
   * @param before only what it was told by then counts
   */
  remembers(subject: Subject, start: number, before: number): boolean
  /** Whether it knew before this delivery, or was told while the delivery waited for just that. */
  hasHeard(subject: Subject, delivery: Delivery): boolean
  /** When a broker last accepted anything, as the bridge has heard. */
  lastAcceptance(broker: string): number
}

export function subjectOf({ broker, event }: Call): Subject {
  if (broker === 'spare') return { id: event.id, target: String(event['fallbackfor']) }
  if (broker !== 'parking') return { id: event.id, target: broker }
  return { id: String(event['originalid']), target: String(event['deadletterdest'] ?? 'envelope') }
}

/** Where the answer to a delivery depends on: all of the required targets, or any of the best-effort ones. */
export function waitedFor({ setup }: World, { event }: Delivery): { all: boolean; targets: readonly string[] } {
  if (event === undefined) return { all: true, targets: ['envelope'] }
  const required = TARGETS.filter(name => setup.routes[name] === 'required')
  if (required.length > 0) return { all: true, targets: required }
  const bestEffort = TARGETS.filter(name => setup.routes[name] === 'bestEffort')
  return { all: bestEffort.length === 0, targets: bestEffort }
}

export function createKnowledge({ setup, marks }: World): Knowledge & { add(call: Call): void } {
  const calls: Call[] = []
  const heard = new Set<Call>()
  const index = new Map<string, Call[]>()
  const entry = ({ id, target }: Subject) => `${target} ${id}`
  const isFresh = (call: Call) => heard.has(call) && performance.now() - call.answeredAt <= TTL
  const about = (subject: Subject) => index.get(entry(subject)) ?? []
  return {
    calls,
    add(call) {
      calls.push(call)
      const key = entry(subjectOf(call))
      index.set(key, [...(index.get(key) ?? []), call])
    },
    about,
    hear() {
      for (const call of calls) if (call.answer === 'accepted') heard.add(call)
    },
    hasHeard: (subject, { start, recordedtime }) =>
      about(subject).some(call => {
        if (!isFresh(call)) return false
        if (setup.dedupe === 'off') return call.event.recordedtime === recordedtime
        return setup.entries === 1000 && (call.answeredAt < start || !call.abandoned)
      }),
    remembers(subject, start, before) {
      if (setup.dedupe === 'off' || setup.entries < 1000) return false
      const name = subject.target === 'envelope' ? '.envelope' : subject.target
      const [first] = about(subject)
      const key = first && keyOf({ id: subject.id, source: first.event.source })
      if (setup.dedupe === 'shared' && key && marks.hasTold(key, name, start)) return true
      return about(subject).some(call => isFresh(call) && call.answeredAt < before)
    },
    lastAcceptance: broker =>
      Math.max(-Infinity, ...[...heard].filter(call => call.broker === broker).map(({ answeredAt }) => answeredAt))
  }
}

/** Whether some broker has the event for good on behalf of this target. */
export function isSomewhere(knowledge: Knowledge, subject: Subject): boolean {
  return knowledge.about(subject).some(hasTaken)
}
