import { isDeepStrictEqual } from 'node:util'
import { EventError, UnavailableError } from '../../../src/errors.ts'
import { createKnowledge, isSomewhere, type Subject, subjectOf, waitedFor } from './knowledge.ts'
import type { Call } from './scripted-broker.ts'
import { SILENCE_MS } from './scripted-marks.ts'
import { AFTER, type Delivery, ROOM, TARGETS, type TargetName, type Watcher, type World } from './world.ts'

/** Everything that must be so at any time. */
export interface Rules extends Watcher {
  /** To be called when nothing is left to happen at this time; what was against a rule. */
  check(): readonly string[]
}

const isTarget = (name: string): name is TargetName => TARGETS.some(target => target === name)

export function createRules(world: World): Rules {
  const { setup, deliveries } = world
  const knowledge = createKnowledge(world)
  const brokers = [...world.brokers.values()]
  let connectedAt = Infinity
  const faults: string[] = []

  return {
    onCall(call) {
      const subject = subjectOf(call)
      const fault = (what: string) => faults.push(`${subject.id} for ${subject.target} at ${call.broker} ${what}`)
      const origin = deliveries.find(({ recordedtime }) => recordedtime === call.event.recordedtime)
      if (origin === undefined || !isOf(call, subject, origin)) fault('was never delivered')
      else if (isTarget(call.broker) && setup.routes[call.broker] !== 'bestEffort' && origin.signal.aborted)
        fault('was published after the deadline')
      if (call.signal.aborted) fault('was published under a signal that had aborted')
      if (isTarget(subject.target) && setup.routes[subject.target] === 'none') fault('has no route')
      if (call.broker === 'spare') checkDiverted(fault)
      if (call.broker === 'parking') checkBuried(call, subject, fault)
      if (setup.dedupe !== 'off') {
        // What is on its way to another in a target's stead may be overtaken by what the target accepts late.
        const before = isTarget(call.broker) ? Infinity : (origin?.start ?? 0)
        if (origin && knowledge.remembers(subject, origin.start, before)) fault('was published although it was there')
        const other = knowledge.about(subject).find(isUnderWay)
        if (other?.broker === call.broker) fault('was published twice at once')
      }
      knowledge.add(call)
    },
    onSettled(delivery) {
      const fault = (what: string) => faults.push(`${nameOf(delivery)} ${what}`)
      if (performance.now() > delivery.deadline) fault('was answered after its deadline')
      if (delivery.state === 'acknowledged') checkAcknowledged(delivery, fault)
      else checkRefused(delivery, fault)
    },
    onFault: error => faults.push(`a fault: ${error}`),
    check() {
      for (const delivery of deliveries) if (delivery.state === 'open') checkOpen(delivery)
      checkRoom()
      knowledge.hear()
      if (brokers.every(({ connected }) => connected)) connectedAt = Math.min(connectedAt, performance.now())
      return faults
    }
  }

  function checkDiverted(fault: (what: string) => void) {
    if (performance.now() - knowledge.lastAcceptance('a') < AFTER) fault('was diverted too early')
  }

  function checkBuried(call: Call, subject: Subject, fault: (what: string) => void) {
    const { target } = subject
    if (!setup.deadLetter) fault('was buried without a dead letter')
    if (!isTarget(target)) return
    if (setup.routes[target] !== 'required') fault('was buried although it was best effort')
    const isRefusal = ({ broker, answer, event }: Call) =>
      broker === target &&
      answer === 'refused' &&
      (setup.dedupe !== 'off' || event.recordedtime === call.event.recordedtime)
    if (!knowledge.about(subject).some(isRefusal)) fault('was buried without having been refused')
  }

  function checkAcknowledged(delivery: Delivery, fault: (what: string) => void) {
    const { all, targets } = waitedFor(world, delivery)
    const has = (target: string) => isSomewhere(knowledge, { id: delivery.id, target })
    if (all ? !targets.every(has) : !targets.some(has)) fault('was acknowledged, and is missing')
  }

  function checkRefused(delivery: Delivery, fault: (what: string) => void) {
    const { id, error, recordedtime } = delivery
    const { all, targets } = waitedFor(world, delivery)
    const isKnown = (target: string) => knowledge.hasHeard({ id, target }, delivery)
    // It may have been over before anything was begun, and may have found no room.
    const hadTime = setup.dedupe !== 'shared' || delivery.deadline - delivery.start > SILENCE_MS
    const hadRoom = !world.dropped.has(recordedtime)
    if (hadTime && hadRoom && (all ? targets.every(isKnown) : targets.some(isKnown)))
      fault(`was refused in vain: ${error}`)
    const isReason = ({ answer, answeredAt, abandoned }: Call) =>
      answer !== undefined && answer !== 'accepted' && answeredAt >= delivery.start && !abandoned
    const hasReason = targets.some(target => knowledge.about({ id, target }).some(isReason))
    const hadBrokers = connectedAt < delivery.start
    if (performance.now() < delivery.deadline && hadRoom && hadBrokers && !hasReason && delivery.event)
      fault(`was refused early: ${error}`)
    if (error instanceof UnavailableError) return
    const buries = setup.deadLetter && all
    const wasRefused = (target: string) => knowledge.about({ id, target }).some(({ answer }) => answer === 'refused')
    const isNever = error instanceof EventError && !buries
    if (!isNever || (delivery.event && !targets.some(wasRefused))) fault(`was refused with ${error}`)
  }

  function checkRoom() {
    const isBestEffort = (call: Call) => setup.routes[subjectOf(call).target as TargetName] === 'bestEffort'
    const works = knowledge.calls.filter(call => isUnderWay(call) && isBestEffort(call))
    const distinct = new Set(works.map(call => `${subjectOf(call).target} ${call.event.recordedtime}`))
    if (distinct.size > ROOM) faults.push(`${distinct.size} best-effort publishes are under way`)
  }

  /** What is open waits for a broker that its answer depends on, or for the shared memory. */
  function checkOpen(delivery: Delivery) {
    const now = performance.now()
    if (now >= delivery.deadline) faults.push(`${nameOf(delivery)} is open after its deadline`)
    const { targets } = waitedFor(world, delivery)
    const waits = targets.some(target => knowledge.about({ id: delivery.id, target }).some(isUnderWay))
    const asks = setup.dedupe === 'shared' && now - delivery.start < SILENCE_MS
    if (!waits && !asks) faults.push(`${nameOf(delivery)} waits for nothing`)
  }
}

/** Whether it is open, and somebody wants its answer. */
export function isUnderWay({ answer, signal }: Call): boolean {
  return answer === undefined && !signal.aborted
}

function isOf({ broker, event }: Call, { id, target }: Subject, origin: Delivery): boolean {
  if (id !== origin.id) return false
  if (broker === 'spare') return isDeepStrictEqual(event, { ...origin.event, fallbackfor: 'a' })
  if (broker !== 'parking') return event === origin.event
  return (
    event.id === `${id}.dead_letter.${target}` &&
    event.data === origin.body &&
    event['deadletterreason'] === 'ERR_EVENT'
  )
}

function nameOf({ id, recordedtime }: Delivery): string {
  return `${id} (delivery ${Date.parse(recordedtime)})`
}
