import { vi } from 'vitest'
import { createAccepted } from '../../src/deliver/accepted.ts'
import { createAdmission } from '../../src/deliver/admission.ts'
import { createBackground } from '../../src/deliver/background.ts'
import { createBury } from '../../src/deliver/bury.ts'
import { createDeliverer } from '../../src/deliver/deliver.ts'
import { createOnce } from '../../src/deliver/once.ts'
import type { Result } from '../../src/deliver/result.ts'
import type { Target } from '../../src/deliver/routes.ts'
import type { EventError } from '../../src/errors.ts'
import { sampleEvent } from '../../src/testing/sample-event.ts'
import { createMarks } from './marks.ts'
import { scripted } from './scripted.ts'

export const never = new AbortController().signal
export const body = Buffer.from('{"type":"batch.succeeded"}')
export const event = sampleEvent()
export const outcomes = (results: readonly Result[]) =>
  results.map(({ destination, outcome }) => `${destination} ${outcome}`)
export const required = (...names: string[]): Target[] => names.map(destination => ({ destination, required: true }))
export const bestEffort = (...names: string[]): Target[] => names.map(destination => ({ destination, required: false }))

/** A deliverer to these targets, with the destinations a, b and c, and the dead letter `parking` if asked for. */
export function createScripted(
  targets: readonly Target[],
  { deadLetter = false, dedupe = true, room = 10 }: { deadLetter?: boolean; dedupe?: boolean; room?: number } = {}
) {
  const destinations = { a: scripted('a'), b: scripted('b'), c: scripted('c') }
  const parking = scripted('parking', 'accepted')
  const marks = createMarks()
  const shared = { marks, nameOf: (name: string) => name }
  const accepted = dedupe ? createAccepted({ ttl: 60_000, maxEntries: 100, shared }) : undefined
  const onDropped = vi.fn()
  const onFault = vi.fn()
  const onUnsettled = vi.fn()
  const background = createBackground(createAdmission({ requests: room, bytes: 1000 }), 60_000)
  const deliverer = createDeliverer({
    route: () => targets,
    publishers: new Map(Object.entries(destinations).map(([name, { publish }]) => [name, publish])),
    accepted,
    once: createOnce(accepted, () => {}),
    bury: deadLetter ? createBury(parking, 'com.google.gemini.', () => {}) : undefined,
    background: () => background,
    onUnsettled,
    onDropped,
    onFault
  })
  return {
    ...destinations,
    parking,
    marks,
    onDropped,
    onFault,
    onUnsettled,
    background,
    deliver: (signal = never) => deliverer.deliver(event, body, signal),
    deliverUnreadable: (refusal: EventError, signal = never) =>
      deliverer.deliverUnreadable({ id: 'msg_1', source: '//a' }, { body, refusal }, signal)
  }
}
