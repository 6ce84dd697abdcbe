import { toDeadLetter } from '../../../src/deliver/dead-letter.ts'
import type { CloudEvent } from '../../../src/event.ts'
import { createNormalizer, type NormalizeOptions } from '../../../src/normalize.ts'
import { sample } from '../../../src/standin/samples.ts'
import { TYPE_PREFIX } from './attributes.ts'
import type { ConsumerType } from './schema.ts'

/** The moment of every sample, so that the documents are the same whenever they are written. */
const NOW = new Date('2026-01-22T12:00:00.000Z')
const RECEIVED_AT = NOW.getTime() + 250
const ID = 'msg_01968f4e-5a1c-7c3e-9d53-2f6f3c1a7b90'
const SOURCE = '//generativelanguage.googleapis.com/projects/acme'

/** The event that the bridge makes of a webhook, as of a fixed moment and with a fixed id. */
export function eventOf(body: string, extensions: NormalizeOptions['extensions'] = {}): CloudEvent {
  const normalize = createNormalizer({ source: SOURCE, typePrefix: TYPE_PREFIX, data: 'payload', extensions })
  return normalize({ id: ID, body: Buffer.from(body), receivedAt: RECEIVED_AT, trace: {} }).event
}

/** The sample of a type, as the stand-in for Gemini sends it. */
export function sampleEvent(type: ConsumerType, extensions?: NormalizeOptions['extensions']): CloudEvent {
  if (type === 'dead_letter') return sampleDeadLetter()
  return eventOf(JSON.stringify(sample(type, { metadata: { tenant: 'acme' }, now: NOW })), extensions)
}

/** The sample of an event that is in a fallback in place of its destination. */
export function sampleFallback(destination: string): CloudEvent {
  return { ...sampleEvent('batch.succeeded'), fallbackfor: destination }
}

/** Data that are no object cannot be an EventBridge entry's detail by themselves (`detail: data`). */
function sampleDeadLetter(): CloudEvent {
  const body = JSON.stringify({ ...sample('ping', { now: NOW }), data: 'pong' })
  const options = { body: Buffer.from(body), destination: 'erp', reason: 'ERR_EVENT', typePrefix: TYPE_PREFIX } as const
  return toDeadLetter(eventOf(body), options)
}
